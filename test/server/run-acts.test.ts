import { expect } from 'chai';
import { errorOf, startWorld, type World } from './world.ts';

describe('runs done again over HTTP', () => {
  let world: World;
  beforeEach(async () => {
    world = await startWorld();
  });
  afterEach(() => world.close());

  const ended = async (workflow: string, input = {}): Promise<string> => {
    const { runId } = await world.client().workflows.invoke(workflow, input);
    await world.engine.runs.wait(runId);
    return runId;
  };

  it('redrive, resume and fork answer with the new run and where to follow it', async () => {
    const failed = await ended('refuse');
    for (const [act, body] of [
      ['redrive', {}],
      ['resume', {}],
      ['fork', { from: 'no' }],
    ] as const) {
      const answer = await world.send('POST', `/runs/${encodeURIComponent(failed)}/${act}`, body);
      const runId = String(answer.body['runId']);
      expect([answer.status, answer.headers.get('location')], act).to.deep.equal([
        202,
        `/runs/${encodeURIComponent(runId)}`,
      ]);
      await world.engine.runs.wait(runId);
      expect(await world.client().runs.get(runId)).to.deep.include({ parent: failed, state: 'failed' });
    }
  });

  it('the client does the same, and keeps what was recorded', async () => {
    const { runs } = world.client();
    const first = await ended('greet', { name: 'Ada' });
    const { runId } = await runs.fork(first, 'greet');
    for await (const event of runs.stream(runId))
      if (event.type === 'run_end')
        expect(event.data.output).to.deep.equal({ greeting: 'You said: Greet Ada' });
    const problem = await runs.redrive(first).catch((thrown: unknown) => thrown);
    expect(problem).to.include({ code: 'conflict', status: 409 });
  });

  it('a step is explained, by its id or path', async () => {
    const failed = await ended('refuse');
    expect(await world.client().runs.why(failed, 'no')).to.deep.equal({
      runId: failed,
      workflow: 'refuse',
      step: 'no',
      verb: 'fail',
      status: 'failed',
      error: { type: 'not_today', message: 'not today', details: { day: 'monday' } },
      reason: 'it failed: not today',
      conditions: [],
    });
  });

  it('what cannot be done is refused', async () => {
    const failed = encodeURIComponent(await ended('refuse'));
    for (const [method, path, body, status, type] of [
      ['POST', `/runs/${failed}/fork`, {}, 400, 'invalid_request'],
      ['POST', `/runs/${failed}/fork`, { from: 'gone' }, 400, 'invalid_request'],
      ['POST', `/runs/${failed}/redrive`, { input: 1 }, 400, 'invalid_request'],
      ['POST', '/runs/gone/resume', {}, 404, 'run_not_found'],
      ['GET', `/runs/${failed}/why`, undefined, 400, 'invalid_request'],
      ['GET', `/runs/${failed}/why?step=gone`, undefined, 400, 'invalid_request'],
    ] as const) {
      const answer = await world.send(method, path, body);
      expect([answer.status, errorOf(answer)['type']], path).to.deep.equal([status, type]);
    }
  });
});
