import { expect } from 'chai';
import { createEngine } from '../../engine/engine.ts';
import type { Engine } from '../../engine/api.ts';
import { projectOf } from '../fakes/project.ts';
import { closeEngines, engineOf, failureOf } from './kit.ts';

const project = {
  'engine.yaml': 'model: script/m\nstore: { path: data/engine.sqlite }\n',
  'src/models/m.yaml': 'default: { text: "ok" }\n',
  'src/tools/work.ts': `export default {
  description: 'Works.',
  inputSchema: { type: 'object', required: ['item'], properties: { item: { type: 'string' } } },
  run({ item }) {
    (globalThis.witness ??= []).push(item);
    if (globalThis.broken === item) throw new Error('broken');
    return item + '!';
  },
};\n`,
  'src/workflows/w.yaml': `steps:
  - { id: first, tool: work, with: { item: first } }
  - id: both
    parallel:
      branches:
        left: [{ id: left, tool: work, with: { item: left } }]
        right: [{ id: right, tool: work, with: { item: right } }]
  - id: each
    foreach: { items: '["a", "b", "c"]', as: entry }
    steps: [{ id: work, tool: work, with: { item: '\${{ entry }}' } }]
  - { id: last, tool: work, with: { item: last } }
`,
};

const all = globalThis as { witness?: string[]; broken?: string | undefined };

describe('engine: runs done again', () => {
  let engine: Engine;
  let folder: string;
  beforeEach(async () => {
    all.witness = [];
    all.broken = undefined;
    folder = projectOf(project);
    engine = await createEngine({ project: folder, env: {} });
  });
  afterEach(() => engine.close());

  /** A run that fails at an item, then what was called in a run made from it. */
  const failedAt = async (item: string): Promise<string> => {
    all.broken = item;
    const { runId } = await engine.workflows.start('w', {}, { by: 'ann' });
    expect((await engine.runs.wait(runId)).state).to.equal('failed');
    all.broken = undefined;
    all.witness = [];
    return runId;
  };
  const calledIn = async (runId: string): Promise<readonly string[]> => {
    expect(await engine.runs.wait(runId)).to.deep.include({ state: 'succeeded', output: 'last!' });
    return all.witness ?? [];
  };

  it('a redriven run does everything once more', async () => {
    const runId = await failedAt('b');
    const again = await engine.runs.redrive(runId);
    expect(again.runId).not.to.equal(runId);
    expect([...(await calledIn(again.runId))].sort()).to.deep.equal([
      'a',
      'b',
      'c',
      'first',
      'last',
      'left',
      'right',
    ]);
    expect(await engine.runs.get(again.runId)).to.deep.include({ parent: runId });
    expect((await engine.runs.get(runId)).state).to.equal('failed');
  });

  it('a resumed run does what has no record, also after the engine was started again', async () => {
    const runId = await failedAt('b');
    await engine.close();
    engine = await createEngine({ project: folder, env: {} });
    const { runId: again } = await engine.runs.resume(runId);
    expect(await calledIn(again)).to.deep.equal(['b', 'c', 'last']);
    const types = (await engine.runs.events(again)).map(({ type }) => type);
    expect([types[0], types.at(-1)]).to.deep.equal(['run_start', 'run_end']);
  });

  it('only what failed or was cancelled is redriven or resumed', async () => {
    const { runId } = await engine.workflows.run('w');
    for (const act of [engine.runs.redrive, engine.runs.resume])
      expect((await failureOf(act(runId))).type).to.equal('conflict');
    expect((await failureOf(engine.runs.resume('workflow:w:01ARZ3NDEKTSV4RRFFQ69G5FAV'))).type).to.equal(
      'run_not_found',
    );
  });

  it('a fork does a step and all after it again, and nothing before it', async () => {
    const { runId } = await engine.workflows.run('w');
    for (const [from, called] of [
      ['first', ['first', 'left', 'right', 'a', 'b', 'c', 'last']],
      ['both', ['left', 'right', 'a', 'b', 'c', 'last']],
      ['each', ['a', 'b', 'c', 'last']],
      ['each[1]/work', ['b', 'c', 'last']],
      ['last', ['last']],
    ] as const) {
      all.witness = [];
      const fork = await engine.runs.fork(runId, from);
      expect([...(await calledIn(fork.runId))].sort(), from).to.deep.equal([...called].sort());
    }
  });

  it('a fork of a fork keeps what both kept', async () => {
    const { runId } = await engine.workflows.run('w');
    const one = await engine.runs.fork(runId, 'each[1]/work');
    await engine.runs.wait(one.runId);
    all.witness = [];
    const two = await engine.runs.fork(one.runId, 'last');
    expect(await calledIn(two.runId)).to.deep.equal(['last']);
    const problem = await failureOf(engine.runs.fork(one.runId, 'first'));
    expect(problem.message).to.equal(`step "first" was taken over from "${runId}"; fork that run`);
  });

  it('a step that the run did not come to is no place to fork from', async () => {
    const runId = await failedAt('first');
    const problem = await failureOf(engine.runs.fork(runId, 'lats'));
    expect(problem).to.deep.equal({
      type: 'invalid_request',
      message: 'the run did not come to a step "lats"; expected one of "first"',
    });
  });

  it('a fork from inside a catch keeps that the step failed', async () => {
    const { engine: other } = await engineOf(
      {
        'engine.yaml': 'model: script/m\n',
        'src/models/m.yaml': 'default: { text: "ok" }\n',
        'src/tools/work.ts': project['src/tools/work.ts'],
        'src/workflows/w.yaml': `steps:
  - id: try
    tool: work
    with: { item: try }
    catch: [{ steps: [{ id: fix, tool: work, with: { item: fix } }, { id: tell, tool: work, with: { item: tell } }] }]
`,
      },
      [],
    );
    all.broken = 'try';
    const { runId } = await other.workflows.run('w');
    all.witness = [];
    const fork = await other.runs.fork(runId, 'try!0/tell');
    await other.runs.wait(fork.runId);
    expect(all.witness).to.deep.equal(['tell']);
    await closeEngines();
  });
});
