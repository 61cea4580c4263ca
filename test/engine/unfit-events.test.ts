import { expect } from 'chai';
import { join } from 'node:path';
import { openSqliteStore } from '../../engine/adapters/store/sqlite.ts';
import type { Engine } from '../../engine/api.ts';
import type { Problem } from '../../engine/core/problem.ts';
import { createEngine } from '../../engine/engine.ts';
import { projectOf, temporaryFolder, type Files } from '../fakes/project.ts';
import { failureOf } from './kit.ts';

const bank = '{ type: object, required: [bank], properties: { bank: { type: string } } }';
const files: Files = {
  'engine.yaml': 'model: openai/gpt-5\n',
  'src/workflows/plain.yaml': `steps:
  - { id: it, wait: { event: go }, outputSchema: ${bank} }
`,
  // The first may take every topic that begins so, the second any data of one.
  'src/workflows/raced.yaml': `steps:
  - id: both
    parallel:
      branches:
        named: [{ id: named, wait: { event: 'arrived-{{input.order}}' }, outputSchema: ${bank} }]
        other: [{ id: other, wait: { event: arrived-2 } }]
`,
  'src/workflows/either.yaml': `steps:
  - id: both
    parallel:
      branches:
        number: [{ id: number, wait: { event: go }, outputSchema: { type: number } }]
        text: [{ id: text, wait: { event: go }, outputSchema: { type: string } }]
`,
  'src/workflows/patient.yaml': `steps:
  - { id: first, wait: { event: 'go-{{input.n}}', timeout: 1h }, outputSchema: { type: number } }
  - { id: then, wait: { event: 'go-{{input.n}}' }, outputSchema: { type: string } }
  - { id: told, set: { all: ['\${{ steps.first.output }}', '\${{ steps.then.output }}'] } }
output: '\${{ steps.told.output.all }}'
`,
};

describe('engine: events whose data do not fit', () => {
  let folder: string;
  let path: string;
  let engine: Engine;

  const open = async (): Promise<void> => {
    engine = await createEngine({ project: folder, store: await openSqliteStore({ path }) });
  };
  const waiting = async (runId: string): Promise<void> => {
    while ((await engine.runs.get(runId)).state !== 'waiting') await new Promise(setImmediate);
  };
  const warnings = async (runId: string): Promise<unknown[]> =>
    (await engine.runs.events(runId)).filter(({ type }) => type === 'log').map(({ data }) => data);

  beforeEach(async () => {
    folder = projectOf(files);
    path = join(temporaryFolder(), 'engine.sqlite');
    await open();
  });
  afterEach(() => engine.close());

  it('are refused with the places, nothing is stored, and the run goes on waiting', async () => {
    const { runId } = await engine.workflows.start('plain');
    const refused: unknown = await engine.runs
      .signal(runId, 'go', { bank: 1 }, { idempotencyKey: 'k' })
      .catch((thrown: unknown) => (thrown as Problem).toData());
    expect(refused).to.deep.equal({
      type: 'invalid_input',
      message:
        'the data of event "go" fit no step that waits for it: step "it": /bank must be string, got number 1',
      details: { faults: [{ step: 'it', pointer: '/bank', message: 'must be string, got number 1' }] },
    });
    await waiting(runId);
    expect(await engine.runs.signal(runId, 'go', { bank: 'b' }, { idempotencyKey: 'k' })).to.equal(true);
    expect(await engine.runs.wait(runId)).to.deep.include({ state: 'succeeded', output: { bank: 'b' } });
    expect(await warnings(runId)).to.deep.equal([]);
    expect(await failureOf(engine.runs.signal(runId, 'go', 1))).to.deep.include({ type: 'conflict' });
  });

  it('are refused where only a topic that is rendered could take them', async () => {
    const { runId } = await engine.workflows.start('raced', { order: '1' });
    expect(await failureOf(engine.runs.signal(runId, 'arrived-1', 7))).to.deep.include({
      type: 'invalid_input',
    });
    // Nobody waits for this one, and a step without a schema takes anything.
    expect(await engine.runs.signal(runId, 'left', 7)).to.equal(true);
    expect(await engine.runs.signal(runId, 'arrived-2', 7)).to.equal(true);
    expect(await engine.runs.signal(runId, 'arrived-1', { bank: 'b' })).to.equal(true);
    expect((await engine.runs.wait(runId)).output).to.deep.equal({ named: { bank: 'b' }, other: 7 });
  });

  it('are left to the step that they fit, whichever waits first', async () => {
    const { runId } = await engine.workflows.start('either');
    await waiting(runId);
    await engine.runs.signal(runId, 'go', 'text');
    await engine.runs.signal(runId, 'go', 1);
    expect((await engine.runs.wait(runId)).output).to.deep.equal({ number: 1, text: 'text' });
  });

  it('are passed over once, also through a restart, with a line in the log that tells places only', async () => {
    const { runId } = await engine.workflows.start('patient', { n: 1 });
    await engine.runs.signal(runId, 'go-1', 'private');
    while ((await warnings(runId)).length === 0) await new Promise(setImmediate);
    await waiting(runId);
    await engine.close();
    await open();
    await waiting(runId);
    await engine.runs.signal(runId, 'go-1', 5);
    expect(await engine.runs.wait(runId)).to.deep.include({ state: 'succeeded', output: [5, 'private'] });
    expect(await warnings(runId)).to.deep.equal([
      {
        level: 'warn',
        message: 'an event "go-1" was passed over: its data do not fit the schema at the top',
        fields: { event: 'go-1', places: [''] },
      },
    ]);
    const ends = (await engine.runs.events(runId)).filter(
      ({ type, stepPath, data }) =>
        type === 'step_end' && stepPath === 'first' && 'status' in data && data.status === 'succeeded',
    );
    expect(ends).to.have.length(1);
  });
});
