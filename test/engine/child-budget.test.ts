import { expect } from 'chai';
import { closeEngines, engineOf } from './kit.ts';

const files = {
  'engine.yaml': 'model: script/m\n',
  'src/models/m.yaml': 'default: { text: "ok" }\n',
  'src/workflows/child.yaml': `inputSchema: { type: object, properties: { calls: { type: integer, default: 2 }, fail: { type: boolean } } }
steps:
  - id: say
    loop: { until: 'index + 1 >= input.calls', maxIterations: 9 }
    steps: [{ id: one, prompt: hi }]
  - { id: broken, if: 'has(input.fail)', fail: { message: 'no' } }
`,
  'src/workflows/counts.yaml': `limits: { modelCalls: 3 }
steps:
  - { id: a, workflow: child }
  - { id: b, workflow: child }
`,
  'src/workflows/bounds.yaml': `limits: { modelCalls: 3 }
steps:
  - { id: say, prompt: hi }
  - { id: a, workflow: child, with: { calls: 9 } }
`,
  'src/workflows/inside.yaml': 'limits: { tokens: 40 }\nsteps: [{ id: outer, workflow: middle }]\n',
  'src/workflows/middle.yaml': 'steps: [{ id: inner, workflow: child, with: { calls: 9 } }]\n',
  'src/workflows/catches.yaml': `limits: { modelCalls: 2 }
steps:
  - { id: a, workflow: child, with: { fail: true }, catch: [{}] }
  - { id: say, prompt: hi }
`,
};

describe('engine: what child runs use', () => {
  afterEach(closeEngines);

  for (const [workflow, calls, why] of [
    ['counts', 3, 'the last call that its caller has left is the last one made'],
    ['bounds', 3, 'what its caller used before counts'],
    ['inside', 3, 'it is bounded by the caller of its caller'],
    ['catches', 2, 'what it used counts though it failed'],
  ] as const)
    it(`is of the budget of their caller: ${why}`, async () => {
      const { engine, models } = await engineOf(files, () => 'ok');
      const { runId } = await engine.workflows.start(workflow);
      const { state, error, usage } = await engine.runs.wait(runId);
      expect([state, error?.type]).to.deep.equal(['failed', 'limit_reached']);
      expect(models.requests).to.have.length(calls);
      expect(usage?.totalTokens).to.equal(15 * calls);
    });

  it('is the usage of their caller, and no limit of theirs when it has none', async () => {
    const { engine } = await engineOf(
      { ...files, 'src/workflows/counts.yaml': 'steps: [{ id: a, workflow: child }]\n' },
      () => 'ok',
    );
    const { usage } = await engine.workflows.run('counts');
    expect(usage.totalTokens).to.equal(30);
  });

  it('a child that failed for what its caller had left can be resumed by itself', async () => {
    const { engine } = await engineOf(files, () => 'ok');
    const { runId } = await engine.workflows.start('bounds');
    await engine.runs.wait(runId);
    const [child] = await engine.runs.list({ workflow: 'child' });
    expect(child?.error?.type).to.equal('limit_reached');
    const { runId: again } = await engine.runs.resume(child?.runId ?? '');
    expect((await engine.runs.wait(again)).state).to.equal('succeeded');
  });
});
