import { expect } from 'chai';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { openMemoryStore } from '../../engine/adapters/store/memory.ts';
import type { Program } from '../../engine/program/program.ts';
import { createVersions, versionNamespace } from '../../engine/runs/versions.ts';
import { prune } from '../../engine/upkeep/prune.ts';
import type { Documents, Store } from '../../engine/ports/store.ts';
import { programOf, projectOf, writeFiles } from '../fakes/project.ts';
import { closeEngines, engineOf, failureOf, gate } from './kit.ts';

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
    const drop = versions.watch();
    letGo();
    versions.hold('begun')();
    expect(await prune(store, { drop })).to.include({ versions: 1 });
    expect(await stored(store)).to.have.members(['held', 'begun']);
    expect(await prune(store, { drop: versions.watch() })).to.include({ versions: 2 });
    expect(await stored(store)).to.deep.equal([]);
  });

  /** A store whose removals of versions wait; tells which were begun. */
  const slow = (): { store: Store; begun: string[]; remove: ReturnType<typeof gate<void>> } => {
    const store = openMemoryStore();
    const remove = gate();
    const begun: string[] = [];
    const documents: Documents = {
      ...store.documents,
      async delete(namespace, key) {
        begun.push(key);
        await remove.opened;
        await store.documents.delete(namespace, key);
      },
    };
    return { store: { ...store, documents }, begun, remove };
  };
  const turns = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
  };

  it('one that is kept while another one is removed stays', async () => {
    const { store, begun, remove } = slow();
    const texts = ['one', 'two'];
    const before = createVersions(store.documents, '/');
    const names = await Promise.all(texts.map((text) => before.keep(saying(text))));
    const versions = createVersions(store.documents, '/');
    const pruning = prune(store, { drop: versions.watch() });
    while (begun.length === 0) await turns();
    const other = names.findIndex((name) => name !== begun[0]);
    const program = saying(texts[other] ?? '');
    expect(await versions.keep(program)).to.equal(names[other]);
    remove.open();
    expect(await pruning).to.include({ versions: 1 });
    expect(await stored(store)).to.deep.equal([names[other]]);
    expect(await versions.textsOf(names[other] ?? '')).to.deep.equal(program.texts);
  });

  it('one that is kept while it is removed is stored again', async () => {
    const { store, begun, remove } = slow();
    const name = await createVersions(store.documents, '/').keep(saying('one'));
    const versions = createVersions(store.documents, '/');
    const pruning = prune(store, { drop: versions.watch() });
    while (begun.length === 0) await turns();
    let isKept = false;
    const program = saying('one');
    const keeping = versions.keep(program).then(() => (isKept = true));
    await turns();
    expect(isKept).to.equal(false);
    remove.open();
    await Promise.all([pruning, keeping]);
    expect(await stored(store)).to.deep.equal([name]);
    expect(await versions.textsOf(name ?? '')).to.deep.equal(program.texts);
  });

  it('one whose removal fails is kept as it is', async () => {
    const store = openMemoryStore();
    const failing = { ...store.documents, delete: () => Promise.reject(new Error('no')) };
    const versions = createVersions(failing, '/');
    const name = await createVersions(store.documents, '/').keep(saying('one'));
    const dropping = versions
      .watch()(name ?? '')
      .then(
        () => 'removed',
        (thrown: Error) => thrown.message,
      );
    const program = saying('one');
    expect(await versions.keep(program)).to.equal(name);
    expect(await dropping).to.equal('no');
    expect(await versions.textsOf(name ?? '')).to.deep.equal(program.texts);
  });

  it('one that is linked for work stays, and is not linked while it is removed', async () => {
    const { store, begun, remove } = slow();
    const program = await programOf(projectOf(files));
    const name = (await createVersions(store.documents, program.root).keep(program)) ?? '';
    const versions = createVersions(store.documents, program.root);
    const linked = await versions.programOf(name);
    expect(await prune(store, { drop: versions.watch() })).to.include({ versions: 0 });
    expect(begun).to.deep.equal([]);
    const next = createVersions(store.documents, program.root);
    const pruning = prune(store, { drop: next.watch() });
    while (begun.length === 0) await turns();
    const failure = failureOf(next.programOf(name));
    await turns();
    remove.open();
    await pruning;
    expect((await failure).type).to.equal('spec_changed');
    expect(linked.workflows).to.have.property('w');
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
      isThere = !(await versions.watch()(gone ?? ''));
    }
    expect(await prune(store, { drop: versions.watch() })).to.include({ versions: 0 });
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
