import { Problem } from '../../core/problem.ts';
import type { Clock } from '../../ports/clock.ts';

/** A signal that aborts with a problem after `ms`, or with its parent; `cancel` lets it go. */
export function signalDeadline(
  clock: Clock,
  ms: number,
  parent: AbortSignal,
  late: () => Problem,
): { readonly signal: AbortSignal; cancel(): void } {
  const controller = new AbortController();
  const timer = new AbortController();
  const follow = (): void => controller.abort(parent.reason);
  if (parent.aborted) follow();
  else parent.addEventListener('abort', follow, { once: true });
  clock.sleep(ms, timer.signal).then(
    () => controller.abort(late()),
    () => undefined,
  );
  return {
    signal: controller.signal,
    cancel() {
      timer.abort(over);
      parent.removeEventListener('abort', follow);
    },
  };
}

/** A reason of its own, since making the default one costs more than the rest. */
const over = new Problem('aborted', 'the time is not watched any more');
