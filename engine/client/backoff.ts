import { longestTimerMs } from './timer.ts';

/** Connections in a row that may fail before a client gives up. */
export const maxFailures = 8;

/** Milliseconds to wait before connecting again: twice as long after every failure, at most 15 s, up to half of it left to chance. */
export function backoffMs(failures: number, baseMs = 1_000): number {
  const longest = Math.min(baseMs * 2 ** Math.max(0, failures - 1), 15_000);
  return longest * (1 - Math.random() / 2);
}

/** Waits, or until the signal aborts. */
export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, Math.min(ms, longestTimerMs));
    if (signal?.aborted === true) done();
    signal?.addEventListener('abort', done);
  });
}
