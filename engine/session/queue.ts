import { abortProblem } from './deadline.ts';

/** Runs work one at a time, in the order it came. */
export interface Queue {
  /** Work running and waiting. */
  readonly length: number;
  /** Runs `work` when everything before it is done; a wait whose signal aborts ends with the signal's Problem. */
  run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T>;
}

/** A new, idle queue. */
export function createQueue(): Queue {
  let tail: Promise<unknown> = Promise.resolve();
  let length = 0;
  return {
    get length() {
      return length;
    },
    run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
      length += 1;
      const turn = tail.then(() => {
        if (signal.aborted) throw abortProblem(signal);
        return work();
      });
      tail = turn.then(
        () => (length -= 1),
        () => (length -= 1),
      );
      return turn;
    },
  };
}
