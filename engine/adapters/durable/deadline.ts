import type { Problem } from '../../core/problem.ts';
import { startTimer, type Clock } from '../../ports/clock.ts';

/** A signal that aborts with a problem after `ms`, or with its parent; `cancel` lets it go. */
export function signalDeadline(
  clock: Clock,
  ms: number,
  parent: AbortSignal,
  late: () => Problem,
): { readonly signal: AbortSignal; cancel(): void } {
  const controller = new AbortController();
  const follow = (): void => controller.abort(parent.reason);
  if (parent.aborted) follow();
  else parent.addEventListener('abort', follow, { once: true });
  const stop = startTimer(clock, ms, () => controller.abort(late()));
  return {
    signal: controller.signal,
    cancel() {
      stop();
      parent.removeEventListener('abort', follow);
    },
  };
}
