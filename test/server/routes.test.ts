import { expect } from 'chai';
import { errorOf, startWorld, type World } from './world.ts';

describe('the routes', () => {
  let world: World;
  beforeEach(async () => {
    world = await startWorld();
  });
  afterEach(() => world.close());

  it('tell that the process lives and takes work', async () => {
    expect(await world.send('GET', '/health')).to.deep.include({ status: 200, body: { status: 'ok' } });
    expect(await world.send('GET', '/ready')).to.deep.include({ status: 200, body: { status: 'ready' } });
  });

  it('list what is served with its schemas', async () => {
    const { body } = await world.send('GET', '/agents');
    expect(body).to.deep.equal({
      agents: [
        {
          name: 'counter',
          description: 'Takes typed input.',
          inputSchema: {
            type: 'object',
            required: ['count'],
            additionalProperties: false,
            properties: { count: { type: 'integer' } },
          },
        },
        { name: 'echo', description: 'Repeats.' },
      ],
    });
    const workflows = (await world.send('GET', '/workflows')).body['workflows'] as { name: string }[];
    expect(workflows.map(({ name }) => name)).to.deep.equal(['greet', 'plain', 'refuse', 'signed', 'stall']);
  });

  it('answer a prompt with the result', async () => {
    const { status, body } = await world.send('POST', '/agents/echo/a%2Fb', { message: 'Hi' });
    const { submissionId, ...result } = body['result'] as Record<string, unknown>;
    expect(status).to.equal(200);
    expect(submissionId).to.match(/^sub_[0-9A-Z]{26}$/);
    expect(result).to.deep.equal({
      text: 'You said: Hi',
      output: 'You said: Hi',
      usage: {
        inputTokens: 3,
        outputTokens: 4,
        totalTokens: 7,
        cacheReadTokens: 0,
        cacheWriteTokens: 0,
        reasoningTokens: 0,
      },
      model: 'script/echo',
      attempts: 1,
    });
  });

  it('say of a typed result how it came about', async () => {
    const result = { type: 'string', pattern: 'Hi$' };
    const { body } = await world.send('POST', '/agents/echo/one', { message: 'Hi', result });
    expect((body as { result: unknown }).result).to.deep.include({
      output: 'You said: Hi',
      typed: { strategy: 'native', attempts: 1, faults: [] },
    });
  });

  it('show the history of one conversation only', async () => {
    await world.send('POST', '/agents/echo/one', { message: 'Hi', session: 'first' });
    const { body } = await world.send('GET', '/agents/echo/one/sessions/first');
    expect(body).to.deep.equal({
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
        { role: 'assistant', content: [{ type: 'text', text: 'You said: Hi' }] },
      ],
      next: null,
    });
    expect((await world.send('GET', '/agents/echo/one/sessions/second')).body).to.deep.equal({
      messages: [],
      next: null,
    });
  });

  it('check the typed input of an agent', async () => {
    const { status, body } = await world.send('POST', '/agents/counter/one', { input: { count: 'two' } });
    expect(status).to.equal(400);
    expect(errorOf({ body })).to.deep.include({ type: 'invalid_input' });
    expect((await world.send('POST', '/agents/counter/one', { input: { count: 2 } })).status).to.equal(200);
  });

  it('abort a prompt at work', async () => {
    const prompt = world.send('POST', '/agents/echo/one', { message: 'wait' });
    await world.reached;
    expect((await world.send('POST', '/agents/echo/one/abort')).body).to.deep.equal({ aborted: true });
    const { status, body } = await prompt;
    expect(status).to.equal(499);
    expect(errorOf({ body })).to.deep.equal({
      type: 'aborted',
      message: 'the session was aborted by a request',
    });
    expect((await world.send('POST', '/agents/echo/one/abort', {})).body).to.deep.equal({ aborted: false });
  });

  it('accept a run, then show it and its events', async () => {
    const { status, headers, body } = await world.send('POST', '/workflows/greet', { name: 'Ada' });
    const { runId, acceptedAt, ...rest } = body as { runId: string; acceptedAt: string };
    expect(status).to.equal(202);
    expect(rest).to.deep.equal({ state: 'running' });
    expect(new Date(acceptedAt).toISOString()).to.equal(acceptedAt);
    expect(headers.get('location')).to.equal(`/runs/${encodeURIComponent(runId)}`);
    await world.engine.runs.wait(runId);

    const run = await world.send('GET', headers.get('location') ?? '');
    expect(run.body).to.deep.include({
      runId,
      state: 'succeeded',
      output: { greeting: 'You said: Greet Ada' },
    });
    const all = await world.send('GET', `/runs/${runId}/events`);
    const events = all.body['events'] as { index: number; type: string }[];
    expect(events.map(({ index }) => index)).to.deep.equal(events.map((_, index) => index + 1));
    expect(all.body['nextAfter']).to.equal(events.length);
    const ends = await world.send('GET', `/runs/${runId}/events?after=1&types=run_start,run_end`);
    expect((ends.body['events'] as { type: string }[]).map(({ type }) => type)).to.deep.equal(['run_end']);
    const page = await world.send('GET', `/runs/${runId}/events?limit=2`);
    expect(page.body).to.deep.equal({ runId, events: events.slice(0, 2), nextAfter: 2 });
  });

  it('wait for the output of a run', async () => {
    const { status, body } = await world.send('POST', '/workflows/greet?wait=result', { name: 'Ada' });
    expect(status).to.equal(200);
    expect(body).to.deep.include({ state: 'succeeded', output: { greeting: 'You said: Greet Ada' } });
    expect((body['usage'] as { totalTokens: number }).totalTokens).to.equal(7);
  });

  it('start a run without a body and without a content type', async () => {
    const { status, body } = await world.send('POST', '/workflows/plain?wait=result');
    expect({ status, output: body['output'] }).to.deep.equal({ status: 200, output: 1 });
  });

  it('answer with the failure of a run and its id', async () => {
    const { status, body } = await world.send('POST', '/workflows/refuse?wait=result', {});
    expect(status).to.equal(500);
    const { runId } = errorOf({ body })['details'] as { runId: string };
    expect(errorOf({ body })).to.deep.equal({
      type: 'not_today',
      message: 'not today',
      details: { day: 'monday', runId },
    });
    expect((await world.engine.runs.get(runId)).state).to.equal('failed');
  });

  it('list runs by filters, page by page', async () => {
    for (const name of ['plain', 'refuse', 'plain']) {
      await world.engine.runs.wait((await world.engine.workflows.start(name)).runId);
    }
    const list = async (query: string): Promise<string[]> => {
      const { body } = await world.send('GET', `/runs${query}`);
      return (body['runs'] as { runId: string; state: string }[]).map(
        ({ runId, state }) => `${runId} ${state}`,
      );
    };
    const expected = (await world.engine.runs.list()).map(({ runId, state }) => `${runId} ${state}`);
    const plain = expected.filter((run) => run.includes(':plain:'));
    expect(await list('')).to.deep.equal(expected);
    expect(await list('?workflow=plain&state=failed,succeeded')).to.deep.equal(plain);
    expect(await list('?state=failed')).to.deep.equal(expected.filter((run) => run.endsWith(' failed')));
    const { body } = await world.send('GET', '/runs?limit=2');
    expect(await list(`?limit=2&before=${body['next'] as string}`)).to.deep.equal(expected.slice(2));
    expect((await world.send('GET', '/runs?limit=4')).body['next']).to.equal(null);
  });

  it('cancel a run', async () => {
    const { runId } = await world.engine.workflows.start('stall');
    await world.reached;
    expect((await world.send('POST', `/runs/${runId}/cancel`)).body).to.deep.equal({ cancelled: true });
    expect((await world.engine.runs.wait(runId)).state).to.equal('cancelled');
    expect((await world.send('POST', `/runs/${runId}/cancel`, {})).body).to.deep.equal({ cancelled: false });
  });

  it('carry on with a prompt whose caller left', async () => {
    const left = new AbortController();
    const prompt = fetch(`${world.url}/agents/echo/one`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"message":"wait"}',
      signal: left.signal,
    }).catch((thrown: unknown) => (thrown as Error).name);
    await world.reached;
    left.abort();
    expect(await prompt).to.equal('AbortError');
    world.open();
    // Prompts of one session are answered in order, so the first one is done when the second one is.
    await world.send('POST', '/agents/echo/one', { message: 'next' });
    const history = await world.engine.agents.session('echo', 'one').history();
    expect(history[1]).to.deep.equal({
      role: 'assistant',
      content: [{ type: 'text', text: 'You said: wait' }],
    });
  });
});
