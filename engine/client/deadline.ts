import { Problem } from '../core/problem.ts';

/** A signal that ends work when its time is over. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** The work is done. */
  end(): void;
}

/**
 * A signal that aborts after so many milliseconds with this Problem, by default `timeout`, and as the given one does.
 * @param limitMs undefined: never.
 */
export function createDeadline(
  limitMs: number | undefined,
  signal: AbortSignal | undefined,
  problem = new Problem('timeout', `no answer within ${limitMs ?? 0} ms`),
): Deadline {
  const own = new AbortController();
  const late = limitMs === undefined ? undefined : setTimeout(() => own.abort(problem), limitMs);
  return {
    signal: signal === undefined ? own.signal : AbortSignal.any([signal, own.signal]),
    end: () => clearTimeout(late),
  };
}
