import { expect } from 'chai';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { openMemoryStore } from '../../engine/adapters/store/memory.ts';
import { againstRuns, type RunAgainst } from '../../engine/runs/against-runs.ts';
import { analyze } from '../../engine/compile.ts';
import { createEngine } from '../../engine/engine.ts';
import type { Store } from '../../engine/ports/store.ts';
import { projectOf, writeFiles, type Files } from '../fakes/project.ts';
import { fakeModels } from './kit.ts';

const flow = `inputSchema: { type: object, properties: { lines: { type: array, maxItems: 5 } } }
steps:
  - { id: first, tool: stamp, with: { text: one } }
  - id: each
    foreach: { items: input.lines, as: line, maxItems: 5 }
    steps:
      - { id: work, tool: stamp, with: { text: two } }
  - { id: pause, wait: { duration: 1h } }
  - { id: last, log: done }
`;
const files: Files = {
  'engine.yaml': 'model: script/m\n',
  'src/models/m.yaml': 'default: { text: "unused" }\n',
  'src/tools/stamp.yaml':
    'description: Stamps.\ntype: node\nmodule: ./stamp.ts\ninputSchema: { type: object, properties: { text: { type: string } } }\n',
  'src/tools/stamp.ts': `export default { description: 'Stamps.', run: ({ text }) => 'stamped ' + text };`,
  'src/workflows/flow.yaml': flow,
};

describe('specs against unfinished runs', () => {
  let folder: string;
  let store: Store;

  beforeEach(async () => {
    folder = projectOf(files);
    store = openMemoryStore();
    const engine = await createEngine({
      project: folder,
      store: { ...store, close: async () => undefined },
      env: {},
      ports: { models: fakeModels(() => 'fine') },
    });
    await engine.workflows.start('flow', { lines: ['a', 'b'] });
    while ((await store.executions.list({ states: ['waiting'] })).length === 0)
      await new Promise(setImmediate);
    await engine.close();
  });

  async function judged(): Promise<Pick<RunAgainst, 'verdict' | 'reasons'>> {
    const analysis = await analyze(folder);
    const { program } = analysis;
    if (program === undefined) throw new Error(JSON.stringify(analysis.diagnostics));
    const [run, ...more] = await againstRuns(folder, { ...analysis, program }, store);
    if (run === undefined || more.length > 0) throw new Error('one run was expected');
    return { verdict: run.verdict, reasons: run.reasons };
  }

  const change = (from: string | RegExp, to: string): void =>
    writeFiles(folder, { 'src/workflows/flow.yaml': flow.replace(from, to) });

  it('nothing changed: it is current', async () =>
    expect(await judged()).to.deep.equal({ verdict: 'current', reasons: [] }));

  it('what it has not come to changed, or looks otherwise: it is safe', async () => {
    change(/ {2}- \{ id: last.*\n/, '  - { id: more, log: again }\n  - { id: last, log: otherwise }\n');
    expect(await judged()).to.deep.equal({ verdict: 'safe', reasons: [] });
    change(
      '{ id: first, tool: stamp, with: { text: one } }',
      '{ tool: stamp, id: first, with: { text: "one" } } # same',
    );
    expect((await judged()).verdict).to.equal('current');
  });

  for (const [what, from, to, reasons] of [
    [
      'a step that it has done',
      'text: one',
      'text: other',
      [
        {
          message: 'step "first" changed, and the run has begun it',
          step: 'first',
          file: 'src/workflows/flow.yaml',
          line: 3,
        },
      ],
    ],
    [
      'a step inside of a loop, and not the loop',
      'text: two',
      'text: other',
      [
        {
          message: 'step "each/work" changed, and the run has begun it',
          step: 'each/work',
          file: 'src/workflows/flow.yaml',
          line: 7,
        },
      ],
    ],
    [
      'the step that it waits in',
      '1h',
      '2h',
      [
        {
          message: 'step "pause" changed, and the run has begun it',
          step: 'pause',
          file: 'src/workflows/flow.yaml',
          line: 8,
        },
      ],
    ],
    [
      'a step that is gone',
      /.*id: first.*\n/,
      '',
      [{ message: 'step "first" is gone, and the run has done it', step: 'first' }],
    ],
    [
      'a step that is new before the others',
      'steps:\n',
      'steps:\n  - { id: new, log: x }\n',
      [
        {
          message: 'step "new" is new, and stands before what the run has done',
          step: 'new',
          file: 'src/workflows/flow.yaml',
          line: 3,
        },
      ],
    ],
    [
      'steps in another order',
      / {2}- \{ id: first.*\n([^]*)( {2}- \{ id: pause)/,
      '$1  - { id: first, tool: stamp, with: { text: one } }\n$2',
      [{ message: 'steps that the run has begun stand in another order' }],
    ],
  ] as const)
    it(`${what}: it needs a mapping`, async () => {
      change(from, to);
      expect(await judged()).to.deep.equal({ verdict: 'mapping', reasons });
    });

  it('what a tool gave does not fit the tool any more: it needs a mapping', async () => {
    writeFiles(folder, {
      'src/tools/stamp.yaml': `${String(files['src/tools/stamp.yaml'])}outputSchema: { type: number }\n`,
    });
    const { verdict, reasons } = await judged();
    expect(verdict).to.equal('mapping');
    expect(reasons.map(({ step }) => step)).to.deep.equal(['first', 'each[0]/work', 'each[1]/work']);
    expect(reasons[0]?.message).to.match(/^what step "first" gave does not fit its tool any more: /);
  });

  it('its input does not fit, or its workflow is gone: it stays', async () => {
    change('maxItems: 5 } } }', 'maxItems: 1 } } }');
    const { verdict, reasons } = await judged();
    expect(verdict).to.equal('stays');
    expect(reasons[0]).to.deep.include({ file: 'src/workflows/flow.yaml', line: 1 });
    expect(reasons[0]?.message).to.match(/^the input of the run does not fit workflow "flow": \/lines/);
    rmSync(join(folder, 'src/workflows/flow.yaml'));
    expect(await judged()).to.deep.equal({
      verdict: 'stays',
      reasons: [{ message: 'workflow "flow" is gone' }],
    });
  });

  it('its version is gone: it is lost', async () => {
    change('text: one', 'text: other');
    const [run] = await store.executions.list({});
    await store.documents.delete('specs', run?.specs ?? '');
    expect(await judged()).to.deep.equal({
      verdict: 'lost',
      reasons: [
        {
          message: 'the specs changed since this was accepted, and their old version is not stored any more',
        },
      ],
    });
  });
});
