import { expect } from 'chai';
import type { Engine } from '../../engine/api.ts';
import { createEngine } from '../../engine/engine.ts';
import { programOf, type Files } from '../fakes/project.ts';
import { delivery, fulfil, projectOfHook, receive, secret, type Receiver } from './kit.ts';

describe('callbacks', () => {
  let receiver: Receiver;
  let engine: Engine | undefined;

  beforeEach(async () => {
    receiver = await receive();
  });
  afterEach(async () => {
    await engine?.close();
    engine = undefined;
    receiver.close();
  });

  async function start(more: object = {}, files: Files = {}, env = { HOOK: secret }): Promise<Engine> {
    const program = await programOf(projectOfHook(receiver.url, more, files));
    return (engine = await createEngine({ program, store: 'memory', env }));
  }

  it('are told of the end of a run, signed: ids, status and times, and nothing else', async () => {
    const own = await start();
    const runId = await fulfil(own);
    await receiver.received(1);
    const [{ id, body } = expect.fail('nothing came')] = receiver.got;
    const { data, timestamp, ...envelope } = body;
    const index = Number(body['index']);
    expect(envelope).to.deep.equal({
      ...{ v: 1, id: `${runId}#${index}`, index, executionId: runId, runId, type: 'run_end' },
    });
    expect(timestamp).to.match(/^\d{4}-/);
    expect(data).to.have.all.keys('workflow', 'state', 'acceptedAt', 'endedAt');
    expect(data).to.include({ workflow: 'fulfil', state: 'succeeded' });
    const record = await delivery(own);
    expect(record).to.include({
      ...{ id, callback: 'hook', event: 'run_end', executionId: runId, state: 'succeeded', attempts: 1 },
    });
    expect((await own.callbacks.get(id)).body).to.deep.equal(body);
  });

  it('are told of the end of a message to an agent', async () => {
    const own = await start();
    const { submissionId } = await own.dispatch('clerk', { instance: 'ada', message: 'Hello' });
    await receiver.received(1);
    const [{ body } = expect.fail('nothing came')] = receiver.got;
    expect(body).to.include({
      ...{ type: 'submission_end', submissionId, agent: 'clerk', instanceId: 'ada', session: 'default' },
    });
    expect(body['data']).to.have.all.keys('state', 'acceptedAt', 'endedAt');
  });

  it('are told outputs and failures only when they ask for them', async () => {
    const told = async (include: string[]): Promise<unknown[]> => {
      const own = await start({ include });
      const before = receiver.got.length;
      const done = await fulfil(own, 7);
      const { runId: refused } = await own.workflows.start('refuse', {});
      await own.runs.wait(refused);
      const { submissionId } = await own.agents.session('clerk', 'ada').prompt('Hello');
      await receiver.received(before + 3);
      await own.close();
      return [done, refused, submissionId].map((id) => {
        const about = receiver.got.find(({ body }) => body['executionId'] === id);
        const { output = null, error = null } = about?.body['data'] as { output?: unknown; error?: unknown };
        return { output, error };
      });
    };
    expect(await told(['question'])).to.deep.equal([
      { output: null, error: null },
      { output: null, error: { type: 'no_stock' } },
      { output: null, error: null },
    ]);
    expect(await told(['output', 'error'])).to.deep.equal([
      { output: { parcel: 7 }, error: null },
      { output: null, error: { type: 'no_stock', message: 'sold out', details: { left: 0 } } },
      { output: 'done', error: null },
    ]);
  });

  it('are told that a person is asked, and what only when they ask for it', async () => {
    const files = {
      'src/workflows/sign.yaml': {
        steps: [{ id: 'sign', approval: { title: 'Sign it?', message: 'For Ada.', timeout: '1h' } }],
      },
    };
    const own = await start({ on: ['approval_requested'] }, files);
    const { runId } = await own.workflows.start('sign', {});
    await receiver.received(1);
    await own.close();
    const all = await start({ on: ['approval_requested'], include: 'question' }, files);
    await all.workflows.start('sign', {});
    await receiver.received(2);
    const [plain, whole] = receiver.got.map(({ body }) => body['data'] as Record<string, unknown>);
    expect(plain).to.have.all.keys('workflow', 'approvalId', 'kind', 'step', 'requestedAt', 'expiresAt');
    expect(plain).to.include({
      workflow: 'sign',
      approvalId: `${runId}/sign`,
      kind: 'approval',
      step: 'sign',
    });
    expect(whole).to.include({ title: 'Sign it?', message: 'For Ada.' });
    const [approval] = await all.approvals.list();
    expect(whole?.['approvalId']).to.equal(approval?.id);
  });

  it('narrow by workflow, agent and event', async () => {
    const own = await start({ workflows: ['refuse'], agents: ['other'], on: ['run_end', 'submission_end'] });
    await fulfil(own);
    await own.agents.session('clerk', 'a').prompt('Hello');
    const refused = await own.workflows.start('refuse', {});
    await own.runs.wait(refused.runId);
    await own.agents.session('other', 'a').prompt('Hello');
    await receiver.received(2);
    expect(receiver.got.map(({ body }) => body['agent'] ?? body['runId'])).to.have.members([
      refused.runId,
      'other',
    ]);
  });

  for (const [key, name] of [
    ['workflows', 'refuse'],
    ['agents', 'other'],
  ] as const)
    it(`with ${key} alone are told of nothing else`, async () => {
      const own = await start({ [key]: [name], on: ['run_end', 'submission_end'] });
      await fulfil(own);
      await own.agents.session('clerk', 'a').prompt('Hello');
      await own.runs.wait((await own.workflows.start('refuse', {})).runId);
      await own.agents.session('other', 'a').prompt('Hello');
      await receiver.received(1);
      const told = await own.callbacks.list();
      expect(told.map(({ event }) => event)).to.deep.equal([key === 'agents' ? 'submission_end' : 'run_end']);
    });

  it('say who began a run within a run, and show no secret', async () => {
    const own = await start(
      { include: 'output' },
      {
        'src/workflows/outer.yaml': { steps: [{ id: 'in', workflow: 'leak', with: {} }], output: 'x' },
        'src/workflows/leak.yaml': { steps: [{ id: 'a', set: { b: 1 } }], output: { text: `a ${secret}` } },
      },
    );
    const { runId } = await own.workflows.start('outer', {});
    await own.runs.wait(runId);
    await receiver.received(2);
    const bodies = receiver.got.map(({ body }) => body);
    const outer = bodies.find((body) => body['runId'] === runId);
    const inner = bodies.find((body) => body !== outer);
    expect(inner).to.include({ parentId: runId });
    expect(outer).to.not.have.property('parentId');
    expect(inner?.['data']).to.deep.include({ output: { text: 'a [secret]' } });
  });

  it('two of one event are two deliveries with ids of their own', async () => {
    const hook = { url: receiver.url, sign: { secret: 'HOOK' } };
    const own = await start(
      {},
      {
        'engine.yaml': {
          ...{ name: 'told', model: 'script/m', secrets: { HOOK: {} } },
          callbacks: { one: hook, two: { ...hook, url: `${receiver.url}/two` } },
        },
      },
    );
    await fulfil(own);
    await receiver.received(2);
    expect(new Set(receiver.got.map(({ id }) => id)).size).to.equal(2);
    expect(receiver.got.map(({ path }) => path).sort()).to.deep.equal(['/hook', '/hook/two']);
  });

  it('cannot be checked while a secret is not set or an address may not be called', async () => {
    const check = async (env: Record<string, string>, more: object = {}): Promise<string> => {
      const own = await start(more, {}, env as { HOOK: string });
      try {
        own.callbacks.check();
        return 'right';
      } catch (thrown) {
        return (thrown as Error).message;
      } finally {
        await own.close();
      }
    };
    expect(await check({ HOOK: secret })).to.equal('right');
    expect(await check({})).to.equal('callback "hook": the secret "HOOK" is not set');
    expect(await check({ HOOK: 'no base64!' })).to.contain('must be base64');
  });
});
