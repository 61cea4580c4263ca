import { asProblem, Problem } from '../core/problem.ts';
import type { RunContext } from '../ports/durable.ts';

/** A controller whose signal also aborts with `parent`. Call `release` when the work is done. */
export function childController(parent: AbortSignal): {
  readonly controller: AbortController;
  release(): void;
} {
  const controller = new AbortController();
  const relay = (): void => controller.abort(parent.reason);
  if (parent.aborted) relay();
  else parent.addEventListener('abort', relay, { once: true });
  return { controller, release: () => parent.removeEventListener('abort', relay) };
}

/** Why a signal aborted, as a Problem; a reason that is none becomes `cancelled`. */
export function abortProblem(signal: AbortSignal): Problem {
  const reason: unknown = signal.reason;
  return reason instanceof Problem
    ? reason
    : new Problem('cancelled', 'the run was cancelled', { cause: reason });
}

/** What went wrong in work under a signal: when that signal aborted, its reason, whatever the work threw. */
export function problemOf(thrown: unknown, signal: AbortSignal): Problem {
  return signal.aborted ? abortProblem(signal) : asProblem(thrown);
}

/** Throws the reason of a signal that aborted. */
export function checkSignal(signal: AbortSignal): void {
  if (signal.aborted) throw abortProblem(signal);
}

/**
 * Runs work under a deadline of `ms` (undefined: none). Work that fails after its deadline fails with `late()`;
 * work that still succeeds keeps its value, because what it did is done.
 */
export async function withinTime<T>(
  context: RunContext,
  ms: number | undefined,
  parent: AbortSignal,
  late: (ms: number) => Problem,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (ms === undefined) return work(parent);
  const deadline = context.deadline(ms, parent);
  try {
    return await work(deadline.signal);
  } catch (thrown) {
    if (deadline.signal.aborted && !parent.aborted) throw late(ms);
    throw thrown;
  } finally {
    deadline.cancel();
  }
}
