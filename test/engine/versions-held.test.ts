import { expect } from 'chai';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { openMemoryStore } from '../../engine/adapters/store/memory.ts';
import type { Program } from '../../engine/program/program.ts';
import { createVersions, versionNamespace } from '../../engine/runs/versions.ts';
import { prune } from '../../engine/upkeep/prune.ts';
import type { Store } from '../../engine/ports/store.ts';
import { projectOf, writeFiles } from '../fakes/project.ts';
import { closeEngines, engineOf, failureOf } from './kit.ts';

const workflow = (say: string): string => `steps:
  - { id: first, log: ${say} }
  - { id: ask, approval: { title: 'go on?', requireDifferentApprover: true } }
`;
const files = { 'engine.yaml': '{}\n', 'src/workflows/w.yaml': workflow('one') };

/** Only the texts count here. */
const saying = (text: string): Program => ({ texts: { 'engine.yaml': text } }) as unknown as Program;

describe('versions that retention leaves alone', () => {
  afterEach(closeEngines);

  const stored = async ({ documents }: Store): Promise<readonly string[]> =>
    (await documents.keys(versionNamespace, { limit: 100 })).map(({ key }) => key);

  it('one that work is about to be admitted on stays, also when it is admitted while retention looks', async () => {
    const store = openMemoryStore();
    const versions = createVersions(store.documents, '/');
    await store.documents.set(versionNamespace, 'held', {});
    await store.documents.set(versionNamespace, 'begun', {});
    await store.documents.set(versionNamespace, 'free', {});
    const letGo = versions.hold('held');
    versions.hold('free')();
    const isHeld = versions.watch();
    letGo();
    versions.hold('begun')();
    await prune(store, { isHeld });
    expect(await stored(store)).to.have.members(['held', 'begun']);
    await prune(store, { isHeld: versions.watch() });
    expect(await stored(store)).to.deep.equal([]);
  });

  it('one is held as long as somebody has its Program, and goes when nobody has', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const store = openMemoryStore();
    const versions = createVersions(store.documents, '/');
    const programs = [saying('one'), saying('two')];
    const [kept, gone] = [await versions.keep(saying('one')), await versions.keep(programs[1] as Program)];
    await versions.keep(programs[0] as Program);
    programs.pop();
    for (let isThere = true; isThere;) {
      // The last frame that had it must be gone too.
      await new Promise(setImmediate);
      collect();
      await new Promise(setImmediate);
      isThere = versions.watch()(gone ?? '');
    }
    await prune(store, { isHeld: versions.watch() });
    expect(await stored(store)).to.deep.equal([kept]);
    expect(programs.length).to.equal(1);
  });

  it('a run whose version is gone is neither resumed nor forked, and says so at once', async () => {
    const folder = projectOf(files);
    const store = { ...openMemoryStore(), close: async () => undefined };
    const { engine } = await engineOf(folder, undefined, { store });
    const { runId } = await engine.workflows.start('w', {}, { by: 'ann' });
    await engine.runs.cancel(runId);
    await engine.runs.wait(runId);
    writeFiles(folder, { 'src/workflows/w.yaml': workflow('two') });
    await engine.close();
    for (const key of await stored(store)) await store.documents.delete(versionNamespace, key);
    const { engine: next } = await engineOf(folder, undefined, { store });
    expect((await failureOf(next.runs.resume(runId))).type).to.equal('spec_changed');
    expect((await failureOf(next.runs.fork(runId, 'first'))).type).to.equal('spec_changed');
    expect(await next.runs.list()).to.have.lengthOf(1);
  });

  it('who started a run is known of one that is made from it, when the first one is gone too', async () => {
    const store = openMemoryStore();
    const { engine } = await engineOf(files, undefined, { store });
    const { runId } = await engine.workflows.start('w', {}, { by: 'ann' });
    await engine.runs.cancel(runId);
    await engine.runs.wait(runId);
    const again = await engine.runs.redrive(runId);
    await store.executions.remove(runId);
    for await (const { type } of engine.runs.subscribe(again.runId)) if (type === 'approval_requested') break;
    const { message } = await failureOf(
      engine.approvals.resolve(again.runId, 'ask', { decision: 'approved', by: 'ann' }),
    );
    expect(message).to.include('must be decided by another one');
    await engine.runs.cancel(again.runId);
  });
});
