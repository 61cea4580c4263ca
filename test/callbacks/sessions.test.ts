import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { expect } from 'chai';
import { openMemoryStore } from '../../engine/adapters/store/memory.ts';
import { openSqliteStore } from '../../engine/adapters/store/sqlite.ts';
import type { Engine } from '../../engine/api.ts';
import { asProblem, Problem } from '../../engine/core/problem.ts';
import { namespaces } from '../../engine/callbacks/places.ts';
import { createEngine } from '../../engine/engine.ts';
import type { Store } from '../../engine/ports/store.ts';
import { programOf, temporaryFolder } from '../fakes/project.ts';
import { fulfil, projectOfHook, receive, secret, type Receiver } from './kit.ts';

for (const [kind, open] of [
  ['memory', async () => openMemoryStore()],
  ['sqlite', () => openSqliteStore({ path: join(temporaryFolder(), 'engine.db') })],
] as const)
  describe(`callbacks of a session that is deleted: ${kind}`, () => {
    let store: Store;
    let engine: Engine;
    let receiver: Receiver;
    let refuses: (namespace: string) => boolean;
    let answer: (response: ServerResponse) => void;

    beforeEach(async () => {
      answer = (response) => void response.writeHead(500).end();
      receiver = await receive((response) => answer(response));
      store = await open();
      const files = projectOfHook(receiver.url, { include: 'output', retry: { delay: '1h' } });
      const program = await programOf(files);
      refuses = () => false;
      const own: Store = {
        ...store,
        documents: {
          ...store.documents,
          delete: (namespace, key) =>
            refuses(namespace)
              ? Promise.reject(new Problem('store_unavailable', 'the disk is full'))
              : store.documents.delete(namespace, key),
        },
        close: async () => undefined,
      };
      engine = await createEngine({ program, store: own, env: { HOOK: secret } });
    });
    afterEach(async () => {
      await engine.close();
      await store.close();
      receiver.close();
    });

    const stored = async (): Promise<number> => {
      const all = await Promise.all(
        Object.values(namespaces).map((namespace) => store.documents.keys(namespace, { limit: 1000 })),
      );
      return all.flat().length;
    };
    const tell = async (session: string): Promise<void> => {
      await engine.agents.session('clerk', 'ada', session).prompt('Hello');
    };
    const until = async (...states: ('waiting' | 'succeeded')[]): Promise<void> => {
      for (;;) {
        const all = await engine.callbacks.list();
        if (all.every(({ state }) => states.some((one) => one === state))) return;
        await new Promise(setImmediate);
      }
    };

    it('go with its records: those that wait, and those that were taken; others stay', async () => {
      await tell('one');
      await tell('two');
      await fulfil(engine);
      await until('waiting');
      answer = (response) => void response.end();
      await tell('one');
      await until('waiting', 'succeeded');
      expect(await engine.callbacks.list()).to.have.length(4);
      await engine.agents.session('clerk', 'ada', 'one').delete({ records: true });
      const left = await engine.callbacks.list();
      expect(left.map(({ state }) => state)).to.deep.equal(['waiting', 'waiting']);
      const [run] = await engine.runs.list({ limit: 1 });
      const ofRun = left.find(({ executionId }) => executionId === run?.runId);
      await engine.agents.session('clerk', 'ada', 'two').delete({ records: true });
      expect((await engine.callbacks.list()).map(({ executionId }) => executionId)).to.deep.equal([
        run?.runId,
      ]);
      const sent = receiver.got.length;
      await engine.callbacks.redeliver(ofRun?.id ?? '');
      await receiver.received(sent + 1);
      await until('succeeded');
      // What it says, and its place among all of its callback.
      expect(await stored()).to.equal(3);
    });

    it('stay without its records, as long as retention says', async () => {
      await tell('one');
      await until('waiting');
      await engine.agents.session('clerk', 'ada', 'one').delete();
      const [left] = await engine.callbacks.list();
      expect((await engine.callbacks.get(left?.id ?? '')).body).to.deep.include({ agent: 'clerk' });
      answer = (response) => void response.end();
      await engine.callbacks.redeliver(left?.id ?? '');
      await until('succeeded');
    });

    it('one that is being sent is cut off, and never sent again', async () => {
      const cut = new Promise<void>((resolve) => {
        answer = (response) => void response.once('close', resolve);
      });
      await tell('one');
      await receiver.received(1);
      await engine.agents.session('clerk', 'ada', 'one').delete({ records: true });
      await cut;
      expect(await engine.callbacks.list()).to.deep.equal([]);
      expect(await stored()).to.equal(0);
      answer = (response) => void response.end();
      await fulfil(engine);
      await until('succeeded');
      expect(receiver.got).to.have.length(2);
    });

    it('a deletion that the store cut off is done again, and leaves nothing', async () => {
      for (const message of ['One', 'Two'])
        await engine.agents.session('clerk', 'ada', 'one').prompt(message);
      await until('waiting');
      const { documents } = store;
      const session = engine.agents.session('clerk', 'ada', 'one');
      refuses = (namespace) => Object.values<string>(namespaces).includes(namespace);
      const thrown = await session.delete({ records: true }).catch(asProblem);
      expect(thrown).to.include({ code: 'store_unavailable' });
      refuses = (namespace) => namespace === 'entries';
      expect(await session.delete({ records: true }).catch(asProblem)).to.include({
        code: 'store_unavailable',
      });
      expect(await engine.callbacks.list()).to.deep.equal([]);
      refuses = () => false;
      await session.delete({ records: true });
      expect(await stored()).to.equal(0);
      expect(await documents.keys('entries', { limit: 10 })).to.deep.equal([]);
      expect(await engine.executions({})).to.deep.equal([]);
    });

    it('go with all sessions of an instance', async () => {
      for (const session of ['one', 'two', 'three']) await tell(session);
      await until('waiting');
      await engine.agents.delete('clerk', 'ada', { records: true });
      expect(await engine.callbacks.list()).to.deep.equal([]);
      expect(await stored()).to.equal(0);
    });
  });
