import { expect } from 'chai';
import { openMemoryStore } from '../../engine/adapters/store/memory.ts';
import type { CallbackState, Engine } from '../../engine/api.ts';
import { deliveryId, type Delivery } from '../../engine/callbacks/delivery.ts';
import { namespaces, replace } from '../../engine/callbacks/places.ts';
import { createClient } from '../../engine/client/index.ts';
import { asProblem } from '../../engine/core/problem.ts';
import { createEngine } from '../../engine/engine.ts';
import type { Store } from '../../engine/ports/store.ts';
import { createServer } from '../../engine/server/index.ts';
import { forgetDeliveries } from '../../engine/callbacks/forget.ts';
import { programOf } from '../fakes/project.ts';
import { projectOfHook, secret } from './kit.ts';

const states: readonly CallbackState[] = ['queued', 'waiting', 'succeeded', 'failed'];

/** A store with 2,000 deliveries to two callbacks in all states, the last one the newest, that counts what is read of them. */
async function filled(): Promise<{
  readonly store: Store;
  readonly all: readonly Delivery[];
  readonly read: { documents: number; bodies: number };
}> {
  const memory = openMemoryStore();
  const all = Array.from({ length: 2_000 }, (_, n): Delivery => {
    const [callback, createdAt] = [n % 3 === 0 ? 'rare' : 'hook', 1_000 + n];
    const state: CallbackState = n % 100 === 7 ? 'failed' : (states[n % 3] ?? 'queued');
    const isOpen = state === 'queued' || state === 'waiting';
    return {
      ...{ id: deliveryId(`e#${n}`, createdAt, callback), callback, event: 'run_end' },
      ...{ executionId: `workflow:a:${n}`, state, createdAt, attempts: 0, tries: 0, log: [] },
      ...(isOpen ? { dueAt: createdAt } : { endedAt: createdAt }),
    };
  });
  for (const delivery of all) {
    await replace(memory.documents, undefined, delivery);
    await memory.documents.set(namespaces.bodies, delivery.id, JSON.stringify({ of: delivery.executionId }));
  }
  const read = { documents: 0, bodies: 0 };
  const count = (namespace: string, many: number): void => {
    read.documents += many;
    if (namespace === namespaces.bodies) read.bodies += many;
  };
  const { documents } = memory;
  const store: Store = {
    ...memory,
    documents: {
      ...documents,
      async get(namespace, key) {
        count(namespace, 1);
        return documents.get(namespace, key);
      },
      async getMany(namespace, keys) {
        count(namespace, keys.length);
        return documents.getMany(namespace, keys);
      },
      async keys(namespace, filter) {
        const found = await documents.keys(namespace, filter);
        count(namespace, found.length);
        return found;
      },
    },
  };
  return { store, all, read };
}

describe('lists of callbacks', () => {
  let engine: Engine;
  let world: Awaited<ReturnType<typeof filled>>;

  beforeEach(async () => {
    world = await filled();
    const program = await programOf(projectOfHook('http://127.0.0.1:9/hook'));
    const { store } = world;
    engine = await createEngine({ program, store, recover: false, env: { HOOK: secret } });
    world.read.documents = 0;
  });
  afterEach(() => engine.close());

  const newest = (matches: (one: Delivery) => boolean): string[] =>
    [...world.all]
      .reverse()
      .filter(matches)
      .map(({ id }) => id);

  for (const [what, filter, matches] of [
    ['everything', {}, () => true],
    ['one callback', { callback: 'rare' }, (one: Delivery) => one.callback === 'rare'],
    ['one state', { states: ['failed'] }, (one: Delivery) => one.state === 'failed'],
    [
      'several states of one callback',
      { callback: 'hook', states: ['queued', 'failed', 'queued'] },
      ({ callback, state }: Delivery) => callback === 'hook' && (state === 'queued' || state === 'failed'),
    ],
    ['no state at all', { states: [] }, () => false],
  ] as const)
    it(`give ${what} page by page, each delivery once, and read no more than they give`, async () => {
      const found: string[] = [];
      const limit = 150;
      for (let before: string | undefined; ;) {
        world.read.documents = 0;
        const page = await engine.callbacks.list({
          ...{ ...filter, limit },
          ...(before === undefined ? {} : { before }),
        });
        // A key and a record of each, of each callback and state.
        expect(world.read.documents).to.be.at.most(limit * 10);
        found.push(...page.map(({ id }) => id));
        before = page.at(-1)?.id;
        if (page.length < limit) break;
      }
      expect(found).to.deep.equal(newest(matches));
      expect(world.read.bodies).to.equal(0);
    });

  it('skip what has gone on meanwhile, and still fill the page', async () => {
    const { store, all } = world;
    const { documents } = store;
    const failed = newest(({ state }) => state === 'failed');
    const [moved] = all.filter(({ id }) => id === failed[0]);
    // Its place says that it has failed still.
    if (moved !== undefined)
      await documents.set(namespaces.all, moved.id, { ...moved, state: 'succeeded', log: [] });
    const page = await engine.callbacks.list({ states: ['failed'], limit: 5 });
    expect(page.map(({ id }) => id)).to.deep.equal(failed.slice(1, 6));
  });

  it('over HTTP are pages with a cursor, which the client follows', async () => {
    const server = createServer(engine, { port: 0 });
    try {
      const { url } = await server.listen();
      const { callbacks } = createClient({ baseUrl: url });
      const first = await callbacks.list({ state: ['failed', 'waiting'], limit: 3 });
      const wanted = newest(({ state }) => state === 'failed' || state === 'waiting');
      expect(first.callbacks.map(({ id }) => id)).to.deep.equal(wanted.slice(0, 3));
      expect(first.next).to.equal(wanted[2]);
      const all: string[] = [];
      for await (const { id } of callbacks.all({ state: ['failed', 'waiting'] })) all.push(id);
      expect(all).to.deep.equal(wanted);
      const answer = await fetch(`${url}/callbacks?before=none`);
      expect([
        answer.status,
        ((await answer.json()) as { error: { type: string } }).error.type,
      ]).to.deep.equal([400, 'invalid_request']);
    } finally {
      await server.close();
    }
  });

  it('refuse to begin before what is no delivery', async () => {
    const thrown = await engine.callbacks.list({ before: 'cb_none' }).catch(asProblem);
    expect(thrown).to.include({
      code: 'invalid_request',
      message: '"before" must be the id of a delivery; "cb_none" is none',
    });
  });

  it('refuse a callback that there is not, and know one that is gone by what it left', async () => {
    const thrown = await engine.callbacks.list({ callback: 'ho' }).catch(asProblem);
    expect(thrown).to.include({
      code: 'not_found',
      message: 'no callback "ho"; expected one of "hook"',
    });
    const [first] = await engine.callbacks.list({ callback: 'rare', limit: 1 });
    const [last] = world.all;
    expect(first).to.include({ callback: 'rare' });
    expect(await engine.callbacks.list({ callback: 'rare', before: last?.id ?? '' })).to.deep.equal([]);
  });

  it('are shorter by what retention lets go, with all that belongs to it', async () => {
    const { store } = world;
    const before = 1_000 + 500;
    const order = { before, isStopped: () => false };
    const over = world.all.filter(({ endedAt = Infinity }) => endedAt < before).length;
    expect(await forgetDeliveries(store, { ...order, dryRun: true })).to.equal(over);
    expect(await forgetDeliveries(store, { ...order, dryRun: false })).to.equal(over);
    expect(world.read.bodies).to.equal(0);
    const left = newest(({ endedAt = Infinity }) => endedAt >= before);
    const listed: string[] = [];
    for (let last: string | undefined; ;) {
      const page = await engine.callbacks.list({
        limit: 1000,
        ...(last === undefined ? {} : { before: last }),
      });
      listed.push(...page.map(({ id }) => id));
      last = page.at(-1)?.id;
      if (page.length < 1000) break;
    }
    expect(listed).to.deep.equal(left);
    for (const namespace of [namespaces.all, namespaces.bodies, namespaces.listed])
      expect(await store.documents.keys(namespace, { limit: 10_000 })).to.have.length(left.length);
  });
});
