import type { Clock } from '../../ports/clock.ts';
import type { Store } from '../../ports/store.ts';

/** A store of which is known whether it takes writes. */
export interface WatchedStore {
  readonly store: Store;
  /**
   * Resolves when the last write was taken, or none was asked for yet. After one that was refused it tries a small one, at most one a
   * second, and rejects with what the store says to that.
   */
  takesWrites(): Promise<void>;
}

/** Milliseconds between writes that only try whether there is room again. */
const trialMs = 1_000;

/** As large as a few records: where only less fits, no work can be taken. */
const trialText = ' '.repeat(16_384);

/** Notes of each write of a store whether it was taken. */
export function watchWrites(store: Store, clock: Pick<Clock, 'elapsed'>): WatchedStore {
  const { documents, executions, events, signals, checkpoints } = store;
  let refused: { readonly thrown: unknown } | undefined;
  let trial: Promise<void> | undefined;
  let triedAt = -Infinity;
  const onTaken = (): void => void (refused = undefined);
  const onRefused = (thrown: unknown): void => void (refused = { thrown });
  const noted = <T>(write: Promise<T>): Promise<T> => {
    write.then(onTaken, onRefused);
    return write;
  };

  const watched: Store = {
    durable: store.durable,
    documents: {
      get: (namespace, key) => documents.get(namespace, key),
      getMany: (namespace, keys) => documents.getMany(namespace, keys),
      set: (namespace, key, value) => noted(documents.set(namespace, key, value)),
      delete: (namespace, key) => noted(documents.delete(namespace, key)),
      keys: (namespace, filter) => documents.keys(namespace, filter),
    },
    executions: {
      insert: (execution, records) => noted(executions.insert(execution, records)),
      start: (id, startedAt, attempts) => noted(executions.start(id, startedAt, attempts)),
      mark: (id, state) => noted(executions.mark(id, state)),
      cancel: (id, reason) => noted(executions.cancel(id, reason)),
      finish: (id, outcome) => noted(executions.finish(id, outcome)),
      get: (id) => executions.get(id),
      byIdempotencyKey: (kind, name, key) => executions.byIdempotencyKey(kind, name, key),
      list: (filter) => executions.list(filter),
      ended: (before, page) => executions.ended(before, page),
      remove: (id) => noted(executions.remove(id)),
      forgetKeys: (endedBefore) => noted(executions.forgetKeys(endedBefore)),
      specs: () => executions.specs(),
    },
    events: {
      append: (added) => noted(events.append(added)),
      read: (executionId, page) => events.read(executionId, page),
      last: (executionId) => events.last(executionId),
      remove: (executionId) => noted(events.remove(executionId)),
    },
    signals: {
      put: (executionId, signal) => noted(signals.put(executionId, signal)),
      all: (executionId) => signals.all(executionId),
    },
    checkpoints: {
      put: (executionId, key, value) => noted(checkpoints.put(executionId, key, value)),
      all: (executionId) => checkpoints.all(executionId),
    },
    vacuum: () => store.vacuum(),
    close: () => store.close(),
  };

  return {
    store: watched,
    async takesWrites() {
      if (refused === undefined) return;
      if (clock.elapsed() - triedAt >= trialMs) trial ??= tryWrite();
      await trial;
      if (refused !== undefined) throw refused.thrown;
    },
  };

  async function tryWrite(): Promise<void> {
    triedAt = clock.elapsed();
    try {
      await watched.documents.set('trial', 'write', trialText);
      await watched.documents.delete('trial', 'write');
    } catch {
      // It was noted.
    }
    trial = undefined;
  }
}
