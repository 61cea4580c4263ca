import { abortProblem } from './deadline.ts';

/** Runs work one at a time, in the order it came. */
export interface Queue {
  /** Work running and waiting. */
  readonly length: number;
  /** Runs `work` when everything before it is done; a wait whose signal aborts ends at once, with the signal's Problem. */
  run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T>;
}

/** A new, idle queue. */
export function createQueue(): Queue {
  let tail: Promise<unknown> = Promise.resolve();
  let length = 0;
  const leave = (): void => {
    length -= 1;
  };
  return {
    get length() {
      return length;
    },
    run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
      length += 1;
      let waits = true;
      const turn = tail.then(() => {
        waits = false;
        if (signal.aborted) throw abortProblem(signal);
        return work();
      });
      tail = turn.then(leave, leave);
      return new Promise<T>((resolve, reject) => {
        const giveUp = (): void => {
          if (waits) reject(abortProblem(signal));
        };
        if (signal.aborted) giveUp();
        signal.addEventListener('abort', giveUp, { once: true });
        turn.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
      });
    },
  };
}
