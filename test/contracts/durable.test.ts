import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSystemClock } from '../../engine/adapters/clock/system.ts';
import { createEmbedded } from '../../engine/adapters/durable/embedded.ts';
import { openMemoryStore } from '../../engine/adapters/store/memory.ts';
import { openSqliteStore } from '../../engine/adapters/store/sqlite.ts';
import { createJournal } from '../../engine/journal/index.ts';
import type { Store } from '../../engine/ports/store.ts';
import { durableContract, type DurableWorld } from '../../engine/testing/durable-contract.ts';

/** An embedded engine over a store. `close` of the store is what a crash does to it. */
function worldOf(store: Store): DurableWorld {
  const clock = createSystemClock();
  const journal = createJournal({ store, clock, report: () => undefined });
  const durable = createEmbedded({
    store,
    clock,
    openLog: (id, start) => journal.open(id, start),
    redact: (value) => value,
    report: () => undefined,
  });
  return {
    durable,
    events: (id) => store.events.read(id, { after: 0, limit: 1000 }),
    get: (id) => store.executions.get(id),
    crash: () => store.close(),
    async close() {
      // Work that never settles does not hold up the end of a test.
      await Promise.race([durable.close(), new Promise((resolve) => setTimeout(resolve, 50))]);
      await store.close();
    },
  };
}

describe('durable: embedded, in memory', () => {
  let kept: Store;
  durableContract(
    { describe, it },
    {
      async open() {
        kept = openMemoryStore();
        return worldOf(shared(kept));
      },
      reopen: async () => worldOf(shared(kept)),
    },
  );
});

describe('durable: embedded, SQLite', () => {
  let folder: string;
  let path: string;
  let opened = 0;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'durable-contract-'));
  });
  after(() => rm(folder, { recursive: true }));

  durableContract(
    { describe, it },
    {
      async open() {
        opened += 1;
        path = join(folder, `${opened}.db`);
        return worldOf(await openSqliteStore({ path }));
      },
      reopen: async () => worldOf(await openSqliteStore({ path })),
    },
  );
});

/** A store in memory that can be closed and opened again. */
function shared(store: Store): Store {
  let isOpen = true;
  const guard = <T extends object>(part: T): T =>
    new Proxy(part, {
      get(target, key): unknown {
        const value: unknown = Reflect.get(target, key);
        if (typeof value === 'function')
          return (...args: unknown[]) =>
            isOpen
              ? (value as (...all: unknown[]) => unknown).apply(target, args)
              : Promise.reject(new Error('closed'));
        return typeof value === 'object' && value !== null ? guard(value) : value;
      },
    });
  return {
    ...guard(store),
    durable: store.durable,
    documents: guard(store.documents),
    executions: guard(store.executions),
    events: guard(store.events),
    signals: guard(store.signals),
    checkpoints: guard(store.checkpoints),
    close: async () => {
      isOpen = false;
    },
  };
}
