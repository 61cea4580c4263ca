import { formatDuration } from '../core/duration.ts';
import { Problem } from '../core/problem.ts';
import type { Retry } from '../program/tool.ts';
import { waitAfter } from '../program/wait-after.ts';
import type { Step } from '../program/step.ts';
import { problemOf, withinTime } from './abort.ts';
import type { Frame } from './frame.ts';

/** How the attempts of a step ended. */
export type Tried<T> =
  | { readonly ok: true; readonly value: T; readonly attempts: number }
  | { readonly ok: false; readonly problem: Problem; readonly attempts: number };

/**
 * Runs the work of a step, each attempt within the step's timeout, again as its `retry` says. Never throws: the last problem is
 * part of what it gives. When the frame's signal aborts there is no further attempt, and the problem is the signal's reason.
 * `retry` counts within one process: a run resumed after a crash begins a step anew.
 * @param before attempts that crashes cut off; they count among the attempts of the step, not among its tries.
 */
export async function attempt<T>(
  step: Step,
  path: string,
  frame: Frame,
  work: (tries: number, signal: AbortSignal) => Promise<T>,
  before = 0,
): Promise<Tried<T>> {
  const { context } = frame.run;
  for (let tries = 1; ; tries += 1) {
    const attempts = before + tries;
    try {
      const value = await withinTime(context, step.timeoutMs, frame.signal, late, (signal) =>
        work(tries, signal),
      );
      return { ok: true, value, attempts };
    } catch (thrown) {
      const problem = problemOf(thrown, frame.signal);
      if (frame.signal.aborted || !isTriedAgain(step.retry, problem, tries))
        return { ok: false, problem, attempts };
      const delayMs = waitAfter(step.retry, tries);
      frame.events.log(path, {
        level: 'warn',
        message: `attempt ${tries} of ${step.retry.maxAttempts} failed: ${problem.message}`,
        fields: { code: problem.code, attempt: attempts, delayMs },
      });
      try {
        await context.sleep(delayMs, frame.signal);
      } catch (interrupted) {
        return { ok: false, problem: problemOf(interrupted, frame.signal), attempts };
      }
    }
  }

  function late(ms: number): Problem {
    return new Problem('timeout', `step "${path}" took longer than ${formatDuration(ms)}`, {
      details: { timeoutMs: ms },
    });
  }
}

function isTriedAgain(retry: Retry | undefined, problem: Problem, tries: number): retry is Retry {
  if (retry === undefined || tries >= retry.maxAttempts) return false;
  return retry.on.length > 0 ? retry.on.includes(problem.code) : problem.retryable;
}
