import { expect } from 'chai';
import { openMemoryStore } from '../../engine/adapters/store/memory.ts';
import { openSqliteStore } from '../../engine/adapters/store/sqlite.ts';
import type { Engine } from '../../engine/api.ts';
import { createEngine } from '../../engine/engine.ts';
import type { Store } from '../../engine/ports/store.ts';
import { prune, type PruneOrder } from '../../engine/upkeep/prune.ts';
import { join } from 'node:path';
import { programOf, temporaryFolder, type Files } from '../fakes/project.ts';
import { fakeModels } from './kit.ts';

const files: Files = {
  'engine.yaml': 'model: script/m\n',
  'src/models/m.yaml': 'default: { text: "unused" }\n',
  'src/agents/a.md': '---\ndescription: A.\n---\n\nYou are it.\n',
  'src/workflows/ask.yaml':
    'sandbox: virtual\nsteps:\n  - { id: one, prompt: Hello }\n  - { id: two, agent: a, message: Hi }\n',
  'src/profiles/helper.md': '---\ndescription: H.\n---\n\nYou help.\n',
  'src/workflows/give.yaml': 'steps:\n  - { id: one, task: Help, agent: helper }\n',
  'src/workflows/later.yaml':
    'steps:\n  - { id: one, agent: a, message: Hi }\n  - { id: pause, wait: { duration: 1h } }\n',
};

for (const [kind, open] of [
  ['memory', async () => openMemoryStore()],
  ['sqlite', () => openSqliteStore({ path: join(temporaryFolder(), 'engine.db') })],
] as const)
  describe(`retention: ${kind}`, () => {
    let store: Store;
    let engine: Engine | undefined;

    beforeEach(async () => {
      store = await open();
    });
    afterEach(async () => {
      await engine?.close();
      engine = undefined;
      await store.close();
    });

    async function start(more: Files = {}): Promise<Engine> {
      engine = await createEngine({
        program: await programOf({ ...files, ...more }),
        store: { ...store, close: async () => undefined },
        env: {},
        ports: { models: fakeModels(() => 'fine') },
      });
      return engine;
    }

    const keys = async (namespace: string): Promise<string[]> =>
      (await store.documents.keys(namespace, { limit: 1000 })).map(({ key }) => key);

    it('finished runs go with everything that only they have, and what works or waits stays', async () => {
      const { workflows, executions } = await start();
      const old = await workflows.run('ask');
      const waiting = await workflows.start('later');
      while ((await executions({ states: ['waiting'] })).length === 0) await new Promise(setImmediate);
      const before = Date.now() + 1000;
      expect(await prune(store, { runsBefore: before, dryRun: true })).to.include({ executions: 1 });
      expect(await store.executions.get(old.runId)).not.to.equal(undefined);
      expect(await prune(store, { runsBefore: before })).to.deep.equal({
        executions: 1,
        events: 0,
        sessions: 0,
        callbacks: 0,
        versions: 0,
      });
      expect(await store.executions.get(old.runId)).to.equal(undefined);
      expect(await store.events.last(old.runId)).to.equal(0);
      expect((await keys('entries')).filter((key) => key.startsWith('workflow'))).to.deep.equal([]);
      expect((await store.executions.get(waiting.runId))?.state).to.equal('waiting');
      expect(await store.events.last(waiting.runId)).to.be.above(0);
    });

    it('what helpers did for a run goes with it, and for others stays', async () => {
      const { workflows, agents } = await start({
        'src/agents/a.md': '---\ndescription: A.\nsubagents: [helper]\n---\n\nYou are it.\n',
      });
      await agents.session('a', 'x').task('Help', { agent: 'helper' });
      const others = (await keys('entries')).filter((key) => key.startsWith('task'));
      expect(others).to.have.length(2);
      await workflows.run('give');
      expect((await keys('entries')).filter((key) => key.startsWith('task'))).to.have.length(4);
      await prune(store, { runsBefore: Date.now() + 1000 });
      expect((await keys('entries')).filter((key) => key.startsWith('task'))).to.deep.equal(others);
    });

    it('events may go sooner than their run', async () => {
      const { workflows, runs } = await start();
      const { runId } = await workflows.run('ask');
      const order = { eventsBefore: Date.now() + 1000 };
      expect(await prune(store, { ...order, dryRun: true })).to.include({ executions: 0, events: 1 });
      expect(await prune(store, order)).to.include({ executions: 0, events: 1 });
      expect(await prune(store, order)).to.include({ executions: 0, events: 0 });
      expect(await runs.events(runId)).to.deep.equal([]);
      expect((await runs.get(runId)).state).to.equal('succeeded');
    });

    it('a conversation goes whole when nobody has spoken for long, except one that is in use', async () => {
      const { agents, workflows, executions } = await start();
      await agents.session('a', 'x').prompt('One');
      await agents.session('a', 'y').prompt('Two');
      await workflows.start('later');
      while ((await executions({ states: ['waiting'] })).length === 0) await new Promise(setImmediate);
      const alone: NonNullable<PruneOrder['alone']> = async (key, work) =>
        key.startsWith('a.y.') ? false : work(() => true);
      const order = { sessionsBefore: Date.now() + 1000, alone };
      expect(await prune(store, { ...order, dryRun: true })).to.include({ sessions: 1 });
      expect(await prune(store, order)).to.include({ sessions: 1 });
      const left = await keys('entries');
      expect(left.filter((key) => key.startsWith('a.x.'))).to.deep.equal([]);
      expect(left.filter((key) => key.startsWith('a.y.'))).to.have.length(2);
      // The waiting run asked it in a session of its own.
      expect(left).to.have.length(4);
    });

    it('versions of the project go that only finished work was on', async () => {
      await (await start()).workflows.run('ask');
      await engine?.close();
      const { workflows, executions } = await start({
        'src/agents/b.md': '---\ndescription: B.\n---\n\nB.\n',
      });
      await workflows.start('later');
      while ((await executions({ states: ['waiting'] })).length === 0) await new Promise(setImmediate);
      await engine?.close();
      await start({ 'src/agents/c.md': '---\ndescription: C.\n---\n\nC.\n' });
      await engine?.close();
      // Each start tidies up and leaves its own version: the first one is not needed, the second one is.
      expect(await keys('specs')).to.have.length(2);
      expect(await prune(store, {})).to.include({ versions: 1 });
      expect(await keys('specs')).to.deep.equal(await store.executions.specs());
    });

    it('an engine removes at its start what its project does not keep', async () => {
      const first = await start();
      const { runId } = await first.workflows.run('ask');
      await first.agents.session('a', 'x').prompt('One');
      await first.close();
      const waited = Date.now() + 5;
      while (Date.now() <= waited) await new Promise(setImmediate);
      const next = await start({
        'engine.yaml': 'model: script/m\nretention: { runs: 1ms, sessions: 1ms }\n',
      });
      while ((await next.executions({})).length > 0) await new Promise(setImmediate);
      await next.close();
      expect(await store.executions.get(runId)).to.equal(undefined);
    });
  });
