import { expect } from 'chai';
import { openMemoryStore } from '../../engine/adapters/store/memory.ts';
import type { Engine } from '../../engine/api.ts';
import { createEngine } from '../../engine/engine.ts';
import type { Documents, Store } from '../../engine/ports/store.ts';
import { programOf, type Files } from '../fakes/project.ts';
import { fakeModels, gate, linesOf } from './kit.ts';

const files: Files = {
  'engine.yaml': 'model: script/m\nretention: { sessions: 1ms }\n',
  'src/models/m.yaml': 'default: { text: "unused" }\n',
  'src/agents/a.md': '---\ndescription: A.\nsandbox: virtual\n---\n\nYou are it.\n',
};
const old = ['user: first', 'assistant: fine'];
const fresh = ['user: second', 'assistant: fine'];

describe('retention and a prompt to the conversation that goes at this moment', () => {
  let store: Store;
  const engines: Engine[] = [];
  const open = async (documents: Documents): Promise<Engine> => {
    const engine = await createEngine({
      program: await programOf(files),
      store: { ...store, documents, close: async () => undefined },
      env: {},
      ports: { models: fakeModels(() => 'fine') },
    });
    engines.push(engine);
    return engine;
  };

  beforeEach(async () => {
    store = openMemoryStore();
    const engine = await open(store.documents);
    await engine.agents.session('a', 'x').prompt('first');
    await engine.close();
    const before = Date.now();
    while (Date.now() < before + 3) await new Promise(setImmediate);
  });
  afterEach(async () => {
    for (const engine of engines.splice(0)) await engine.close();
  });

  const historyOf = async (engine: Engine): Promise<string[]> =>
    linesOf(await engine.agents.session('a', 'x').history());

  for (const [when, holds, expected] of [
    ['while its messages are looked for', 'keys', [...old, ...fresh]],
    ['while its messages are removed', 'delete', fresh],
  ] as const)
    it(`a prompt that comes ${when} loses nothing`, async () => {
      const reached = gate();
      const held = gate();
      const wait = async (isHere: boolean): Promise<void> => {
        if (!isHere) return;
        reached.open();
        await held.opened;
      };
      const { documents } = store;
      const engine = await open({
        ...documents,
        async keys(namespace, filter) {
          const found = await documents.keys(namespace, filter);
          await wait(
            holds === 'keys' && namespace === 'entries' && filter.prefix?.startsWith('a.x.') === true,
          );
          return found;
        },
        async delete(namespace, key) {
          await wait(holds === 'delete' && namespace === 'entries');
          await documents.delete(namespace, key);
        },
      });
      await reached.opened;
      const answered = engine.agents.session('a', 'x').prompt('second');
      // Whoever does not wait for the removal has read the old messages by now.
      for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
      held.open();
      await answered;
      expect(await historyOf(engine)).to.deep.equal(expected);
      await engine.close();
      // Not again: what is stored must be the same, and the next engine would remove it.
      const { settings, ...program } = await programOf(files);
      const retention = { ...settings.retention, sessionsMs: undefined };
      const next = await createEngine({
        program: { ...program, settings: { ...settings, retention } },
        store: { ...store, close: async () => undefined },
        env: {},
      });
      engines.push(next);
      expect(await historyOf(next)).to.deep.equal(expected);
    });
});
