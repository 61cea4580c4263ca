import { setMaxListeners } from 'node:events';
import { Problem } from '../core/problem.ts';
import { startTimer, type Clock } from '../ports/clock.ts';

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
  const { controller, letGo } = following(parents);
  let stop: (() => void) | undefined;
  let left = ms;
  let since = 0;
  let isOver = false;
  const watch = (): void => {
    if (left === undefined || controller.signal.aborted || isOver) return;
    since = clock.elapsed();
    stop = startTimer(clock, left, () =>
      controller.abort(
        new Problem('timeout', `${what} took longer than ${ms} ms`, { details: { timeoutMs: ms ?? 0 } }),
      ),
    );
  };
  const stopWatching = (): void => {
    stop?.();
    stop = undefined;
  };
  watch();
  return {
    signal: controller.signal,
    cancel: () => {
      isOver = true;
      stopWatching();
      letGo();
    },
    hold(isHeld) {
      if (left === undefined || isHeld === (stop === undefined)) return;
      if (!isHeld) return watch();
      left = Math.max(0, left - (clock.elapsed() - since));
      stopWatching();
    },
  };
}

/** What aborts with the first of its parents, until it is let go of. */
export function following(parents: readonly (AbortSignal | undefined)[]): {
  readonly controller: AbortController;
  letGo(): void;
} {
  const controller = new AbortController();
  // Any number of calls may run side by side under one signal; Node would warn of the eleventh.
  setMaxListeners(0, controller.signal);
  function follow(this: AbortSignal): void {
    controller.abort(this.reason);
  }
  for (const parent of parents) {
    if (parent?.aborted === true) controller.abort(parent.reason);
    else parent?.addEventListener('abort', follow, { once: true });
  }
  return {
    controller,
    letGo() {
      for (const parent of parents) parent?.removeEventListener('abort', follow);
    },
  };
}

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
