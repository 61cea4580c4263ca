import { Problem } from '../../core/problem.ts';

/** The Problem of a call that ended because its signal did: the signal's own Problem, else `timeout` or `aborted`. */
export function endOf(who: string, signal: AbortSignal, cause: unknown): Problem {
  const reason: unknown = signal.reason;
  if (reason instanceof Problem) return reason;
  return reason instanceof Error && reason.name === 'TimeoutError'
    ? new Problem('timeout', `${who} timed out`, { cause })
    : new Problem('aborted', `${who} was aborted`, { cause });
}
