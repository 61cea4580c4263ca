import { expect } from 'chai';
import { errorOf, startWorld, type World } from './world.ts';

describe('submissions over HTTP', () => {
  let world: World;
  beforeEach(async () => {
    world = await startWorld();
  });
  afterEach(() => world.close());

  const dispatch = async (message: string, headers: Record<string, string> = {}) => {
    const { status, body } = await world.send('POST', '/agents/echo/one/dispatch', { message }, headers);
    expect(status).to.equal(202);
    return String(body['submissionId']);
  };

  it('a dispatched message is accepted at once, and its answer is found later', async () => {
    const { status, headers, body } = await world.send('POST', '/agents/echo/one/dispatch', {
      message: 'Hi',
    });
    expect(status).to.equal(202);
    expect(Object.keys(body)).to.deep.equal(['submissionId', 'acceptedAt']);
    const path = headers.get('location') ?? '';
    expect(path).to.equal(`/submissions/${String(body['submissionId'])}`);
    for await (const event of world.client().submissions.stream(String(body['submissionId'])))
      if (event.type === 'submission_end') expect(event.data.state).to.equal('succeeded');
    const { startedAt, endedAt, acceptedAt, usage, ...record } = (await world.send('GET', path)).body;
    expect([startedAt, endedAt, acceptedAt].map((time) => typeof time)).to.deep.equal(
      Array(3).fill('string'),
    );
    expect(usage).to.deep.include({ totalTokens: 7 });
    expect(record).to.deep.equal({
      submissionId: body['submissionId'],
      agent: 'echo',
      instance: 'one',
      session: 'default',
      state: 'succeeded',
      message: 'Hi',
      output: 'You said: Hi',
    });
  });

  it('what waits shows its position, and goes on in order', async () => {
    const ids = [await dispatch('wait'), await dispatch('b'), await dispatch('c')];
    await world.reached;
    const { submissions } = world.client();
    const positions = await Promise.all(ids.map(async (id) => (await submissions.get(id)).position));
    expect(positions).to.deep.equal([undefined, 1, 2]);
    world.open();
    for (const id of ids) expect((await world.engine.submissions.wait(id)).state).to.equal('succeeded');
    const starts = await Promise.all(ids.map(async (id) => (await submissions.get(id)).endedAt ?? ''));
    expect(starts).to.deep.equal([...starts].sort());
  });

  it('events are read in pages, and a stream that was seen to its end answers 204', async () => {
    const id = await dispatch('Hi');
    await world.engine.submissions.wait(id);
    const { submissions } = world.client();
    const { events, nextAfter } = await submissions.events(id, { limit: 2 });
    expect(events.map(({ index }) => index)).to.deep.equal([1, 2]);
    const rest = await submissions.events(id, { after: nextAfter });
    expect(rest.events.at(-1)?.type).to.equal('submission_end');
    const { status } = await world.send('GET', `/submissions/${id}/stream?after=${rest.nextAfter}`);
    expect(status).to.equal(204);
  });

  it('abort ends what waits and what is at work, and leaves what has ended', async () => {
    const done = await dispatch('Hi');
    await world.engine.submissions.wait(done);
    const ids = [await dispatch('wait'), await dispatch('b')];
    await world.reached;
    const abort = async (id: string) =>
      (await world.send('POST', `/submissions/${id}/abort`, {})).body['aborted'];
    const [running = '', queued = ''] = ids;
    expect([await abort(queued), await abort(running), await abort(done)]).to.deep.equal([true, true, false]);
    const records = await Promise.all([...ids, done].map((id) => world.engine.submissions.wait(id)));
    expect(records.map(({ state, error }) => error?.type ?? state)).to.deep.equal([
      'aborted',
      'aborted',
      'succeeded',
    ]);
  });

  it('one key and body is one message, whose answer everybody gets; another body is refused', async () => {
    const key = { 'idempotency-key': 'order-17' };
    const ids = await Promise.all(Array.from({ length: 20 }, () => dispatch('Hi', key)));
    expect(new Set(ids).size).to.equal(1);
    const prompt = await world.send('POST', '/agents/echo/one', { message: 'Hi' }, key);
    expect(prompt.body['result']).to.deep.include({ submissionId: ids[0], text: 'You said: Hi' });
    const other = await world.send('POST', '/agents/echo/one', { message: 'Ho' }, key);
    expect([other.status, errorOf(other)['type']]).to.deep.equal([409, 'conflict']);
    const bad = await world.send('POST', '/agents/echo/one', { message: 'Hi' }, { 'idempotency-key': 'ä' });
    expect([bad.status, errorOf(bad)['type']]).to.deep.equal([400, 'invalid_request']);
    expect(await world.engine.agents.session('echo', 'one').history()).to.have.length(2);
  });

  it('one key and input is one run, also for a hundred at once', async () => {
    const client = world.client();
    const call = { idempotencyKey: 'welcome-17' };
    const receipts = await Promise.all(
      Array.from({ length: 100 }, () => client.workflows.invoke('greet', { name: 'Ada' }, call)),
    );
    expect(new Set(receipts.map((receipt) => JSON.stringify(receipt))).size).to.equal(1);
    const { runId, output } = await client.workflows.invoke(
      'greet',
      { name: 'Ada' },
      { ...call, wait: true },
    );
    expect([runId, output]).to.deep.equal([receipts[0]?.runId, { greeting: 'You said: Greet Ada' }]);
    const events = [];
    for await (const event of client.workflows.stream('greet', { name: 'Ada' }, call))
      events.push(event.type);
    expect([events[0], events.at(-1)]).to.deep.equal(['run_start', 'run_end']);
    expect((await client.runs.list({ workflow: 'greet' })).runs).to.have.length(1);
    const other = await world.send(
      'POST',
      '/workflows/greet',
      { name: 'Bob' },
      { 'idempotency-key': 'welcome-17' },
    );
    expect(other.status).to.equal(409);
  });

  it('a session whose queue is full answers 429 and says when to come again; a known key gets its receipt', async () => {
    const first = await dispatch('wait');
    await world.reached;
    const key = { 'idempotency-key': 'last' };
    const waiting = [...Array<string>(999).fill('x')].map((message) => ({ instance: 'one', message }));
    await Promise.all(waiting.map((message) => world.engine.dispatch('echo', message)));
    const last = await dispatch('y', key);
    const { status, headers, body } = await world.send('POST', '/agents/echo/one/dispatch', { message: 'z' });
    expect([status, headers.get('retry-after')]).to.deep.equal([429, '1']);
    expect(errorOf({ body })['type']).to.equal('too_many_requests');
    expect(await dispatch('y', key)).to.equal(last);
    expect((await world.client().submissions.get(last)).position).to.equal(1000);
    await world.engine.agents.session('echo', 'one').abort();
    expect((await world.engine.submissions.wait(first)).state).to.equal('cancelled');
  }).timeout(120_000);

  it('an unknown submission is not found', async () => {
    for (const [method, path] of [
      ['GET', '/submissions/nope'],
      ['GET', '/submissions/nope/events'],
      ['GET', '/submissions/nope/stream'],
      ['POST', '/submissions/nope/abort'],
    ] as const) {
      const { status, body } = await world.send(method, path);
      expect([status, errorOf({ body })['type']]).to.deep.equal([404, 'submission_not_found']);
    }
  });
});
