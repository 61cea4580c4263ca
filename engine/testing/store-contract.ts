import type { Store } from '../ports/store.ts';
import { checkpointTests } from './store/checkpoints.ts';
import { documentTests } from './store/documents.ts';
import { eventTests } from './store/events.ts';
import { executionTests } from './store/executions.ts';
import { lifeTests } from './store/life.ts';
import { removalTests } from './store/removal.ts';
import { signalTests } from './store/signals.ts';
import type { Test } from './store/samples.ts';

/** The two functions of a test runner that a contract suite needs; mocha, vitest and node:test have them. */
export interface TestRunner {
  describe(title: string, body: () => void): unknown;
  it(title: string, body: () => Promise<void>): unknown;
}

/** What a store does differently, and how to open it a second time. */
export interface StoreContractOptions {
  /** Tests that do not hold, by title, each with the reason. */
  readonly skip?: Readonly<Record<string, string>>;
  /** Opens the store that was opened last once more, after it was closed. Needed for durable stores. */
  readonly reopen?: () => Promise<Store>;
}

/**
 * The contract of the port `Store`, as tests. `open` gives a new, empty store for each test; the suite closes it.
 *
 * @example storeContract({ describe, it }, () => openMemoryStore());
 */
export function storeContract(
  runner: TestRunner,
  open: () => Promise<Store> | Store,
  { skip = {}, reopen }: StoreContractOptions = {},
): void {
  const test: Test = (title, body) => {
    if (Object.hasOwn(skip, title)) return;
    runner.it(title, async () => {
      const store = await open();
      try {
        await body(store);
      } finally {
        await store.close();
      }
    });
  };

  runner.describe('documents', () => documentTests(test));
  runner.describe('executions', () => executionTests(test));
  runner.describe('events', () => eventTests(test));
  runner.describe('checkpoints', () => checkpointTests(test));
  runner.describe('signals', () => signalTests(test));
  runner.describe('removal', () => removalTests(test));
  runner.describe('life of a store', () => lifeTests(test, reopen));
}
