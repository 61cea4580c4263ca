import { Problem } from '../../../core/problem.ts';

/** Why a signal has aborted: its Problem, or `timeout` or `aborted`. */
export function stoppedBy({ reason }: AbortSignal): Problem {
  if (reason instanceof Problem) return reason;
  return reason instanceof Error && reason.name === 'TimeoutError'
    ? new Problem('timeout', 'the code took too long', { cause: reason })
    : new Problem('aborted', 'the code was stopped', { cause: reason });
}
