import { setMaxListeners } from 'node:events';
import { Problem } from '../core/problem.ts';
import type { Clock } from '../ports/clock.ts';

/** A signal that must be let go with `cancel` when the work is done. */
export interface Deadline {
  readonly signal: AbortSignal;
  cancel(): void;
  /** Stops the time, or lets what is left of it go on. */
  hold(isHeld: boolean): void;
}

/**
 * A signal that aborts with its parents, and with Problem `timeout` after `ms` (undefined: never).
 * @param what names the work in the message: `tool "fetch"`.
 */
export function deadline(
  clock: Clock,
  ms: number | undefined,
  parents: readonly (AbortSignal | undefined)[],
  what: string,
): Deadline {
  const controller = new AbortController();
  // Any number of calls may run side by side under one deadline; Node would warn of the eleventh.
  setMaxListeners(0, controller.signal);
  let timer: AbortController | undefined;
  const listening: (() => void)[] = [];
  for (const parent of parents) {
    if (parent === undefined) continue;
    const follow = (): void => controller.abort(parent.reason);
    if (parent.aborted) follow();
    else {
      parent.addEventListener('abort', follow, { once: true });
      listening.push(() => parent.removeEventListener('abort', follow));
    }
  }
  let left = ms;
  let since = 0;
  let isOver = false;
  const watch = (): void => {
    if (left === undefined || controller.signal.aborted || isOver) return;
    timer = new AbortController();
    since = clock.elapsed();
    clock.sleep(left, timer.signal).then(
      () =>
        controller.abort(
          new Problem('timeout', `${what} took longer than ${ms} ms`, { details: { timeoutMs: ms ?? 0 } }),
        ),
      () => undefined,
    );
  };
  const stopWatching = (): void => {
    // With a reason, since making the default one costs more than the rest.
    timer?.abort(over);
    timer = undefined;
  };
  watch();
  return {
    signal: controller.signal,
    cancel: () => {
      isOver = true;
      stopWatching();
      for (const stop of listening) stop();
    },
    hold(isHeld) {
      if (left === undefined || isHeld === (timer === undefined)) return;
      if (!isHeld) return watch();
      left = Math.max(0, left - (clock.elapsed() - since));
      stopWatching();
    },
  };
}

const over = new Problem('aborted', 'the time is not watched any more');

/** The reason of an aborted signal as a Problem: timeouts and cancellations stay what they are, anything else is `aborted`. */
export function abortProblem(signal: AbortSignal): Problem {
  const reason: unknown = signal.reason;
  return reason instanceof Problem
    ? reason
    : new Problem('aborted', 'the operation was aborted', { cause: reason });
}

/**
 * Waits for work, but not past its signal: work that ignores the signal is left behind and its late result dropped.
 */
export async function within<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  if (signal.aborted) {
    work.catch(() => undefined);
    throw abortProblem(signal);
  }
  let stop: () => void = () => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    const onAbort = (): void => reject(abortProblem(signal));
    signal.addEventListener('abort', onAbort, { once: true });
    stop = () => signal.removeEventListener('abort', onAbort);
  });
  try {
    return await Promise.race([work, aborted]);
  } catch (thrown) {
    work.catch(() => undefined);
    throw thrown;
  } finally {
    stop();
  }
}
