import { Problem } from '../../core/problem.ts';

/** The Problem of a tool that ended because its signal did: the signal's own Problem, else `timeout` or `aborted`. */
export function endOf(tool: string, signal: AbortSignal, cause: unknown): Problem {
  const reason: unknown = signal.reason;
  if (reason instanceof Problem) return reason;
  return reason instanceof Error && reason.name === 'TimeoutError'
    ? new Problem('timeout', `tool "${tool}" timed out`, { cause })
    : new Problem('aborted', `tool "${tool}" was aborted`, { cause });
}
