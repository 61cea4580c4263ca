import type { Signal } from '../../ports/store.ts';

/** The signals of one execution that nobody received yet. */
export interface Inbox {
  put(signal: Signal): void;
  /** The oldest signal of a topic that is wanted, which is taken out; undefined when there is none. */
  take(topic: string, isWanted?: (signal: Signal) => boolean): Signal | undefined;
  /** Resolves at the next `put`; rejects with the reason of the signal when it aborts first. */
  next(signal: AbortSignal): Promise<void>;
}

/** An inbox that holds some signals, and will not hold those that were received. */
export function createInbox(signals: readonly Signal[], received: ReadonlySet<number>): Inbox {
  const kept = signals.filter(({ seq }) => !received.has(seq));
  const seen = new Set([...received, ...kept.map(({ seq }) => seq)]);
  const waiting = new Set<() => void>();
  return {
    put(signal) {
      if (seen.has(signal.seq)) return;
      seen.add(signal.seq);
      kept.push(signal);
      for (const wake of [...waiting]) wake();
    },
    take(topic, isWanted = () => true) {
      const index = kept.findIndex((signal) => signal.topic === topic && isWanted(signal));
      return index === -1 ? undefined : kept.splice(index, 1)[0];
    },
    next: (signal) =>
      new Promise((resolve, reject) => {
        const done = (settle: () => void): void => {
          waiting.delete(wake);
          signal.removeEventListener('abort', onAbort);
          settle();
        };
        const wake = (): void => done(resolve);
        const onAbort = (): void => done(() => reject(signal.reason as Error));
        if (signal.aborted) return reject(signal.reason as Error);
        waiting.add(wake);
        signal.addEventListener('abort', onAbort, { once: true });
      }),
  };
}
