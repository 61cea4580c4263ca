import type { Meters } from '../ports/meters.ts';
import type { Store } from '../ports/store.ts';
import { instruments } from '../telemetry/instruments.ts';
import { countDue } from './deliveries.ts';
import { callbacksIn } from './list.ts';
import { namespaces } from './places.ts';

/** How many deliveries wait, by callback, as a gauge tells it. */
export interface Backlog {
  /** Counts what is stored, before anything is added. */
  count(store: Pick<Store, 'documents'>): Promise<void>;
  /** Has a callback told of that nothing waits for. */
  know(callback: string): void;
  added(callback: string): void;
  ended(callback: string): void;
  /** Ends the gauge. */
  stop(): void;
}

/** A backlog in which nothing waits. */
export function createBacklog(meters: Meters): Backlog {
  const waiting = new Map<string, number>();
  const add = (callback: string, count: number): void =>
    void waiting.set(callback, Math.max(0, (waiting.get(callback) ?? 0) + count));
  const stop = meters.watch(instruments.callbacksWaiting, () =>
    [...waiting].map(([callback, value]) => ({ value, labels: { callback } })),
  );
  return {
    async count(store) {
      const callbacks = await callbacksIn(store.documents, namespaces.due);
      for (const callback of callbacks) add(callback, await countDue(store, callback));
    },
    know: (callback) => add(callback, 0),
    added: (callback) => add(callback, 1),
    ended: (callback) => add(callback, -1),
    stop,
  };
}
