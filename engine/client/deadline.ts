import { Problem } from '../core/problem.ts';
import { startTimer } from './timer.ts';

/** A signal that ends work when its time is over. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** The work is done. */
  end(): void;
}

/**
 * A signal that aborts after so many milliseconds with Problem `timeout`, and as that of the caller does.
 * @param limitMs undefined, or more than a timer can wait (24.8 days): never.
 */
export function createDeadline(limitMs: number | undefined, signal: AbortSignal | undefined): Deadline {
  const own = new AbortController();
  const problem = new Problem('timeout', `no answer within ${limitMs ?? 0} ms`);
  const end = startTimer(limitMs ?? Infinity, () => own.abort(problem));
  // Listeners on the signal of a caller, who may give one to many calls, would be too many; older browsers know no `any`.
  return { signal: signal === undefined ? own.signal : AbortSignal.any([signal, own.signal]), end };
}
