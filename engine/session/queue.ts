import { abortProblem } from './deadline.ts';

/** Runs work one at a time, or a few at a time, in the order it came. */
export interface Queue {
  /** Work running and waiting. */
  readonly length: number;
  /** Runs `work` when it is its turn; a wait whose signal aborts ends at once, with the signal's Problem. */
  run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T>;
}

/** A new, idle queue. @param width how much may run at a time. */
export function createQueue(width = 1): Queue {
  /** What starts the work that waits, oldest first. */
  const waiting = new Set<() => void>();
  let running = 0;
  return {
    get length() {
      return running + waiting.size;
    },
    async run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
      if (signal.aborted) throw abortProblem(signal);
      if (running < width && waiting.size === 0) running += 1;
      else await turn(signal);
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };

  /** Waits for a place that somebody leaves. */
  function turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const start = (): void => {
        waiting.delete(start);
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = (): void => {
        waiting.delete(start);
        reject(abortProblem(signal));
      };
      waiting.add(start);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }

  /** Hands one's place to who waits longest. */
  function leave(): void {
    const [next] = waiting;
    if (next === undefined) running -= 1;
    else next();
  }
}
