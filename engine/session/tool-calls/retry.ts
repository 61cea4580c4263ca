import { asProblem } from '../../core/problem.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Retry } from '../../program/tool.ts';
import { waitAfter } from '../../program/wait-after.ts';

/**
 * Runs work until it succeeds, its problem is not one that is tried again, or the attempts are used up.
 * Without a policy it runs once. Waits between attempts end when the signal aborts.
 */
export async function withRetry<T>(
  clock: Clock,
  retry: Retry | undefined,
  signal: AbortSignal,
  work: (attempt: number) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work(attempt);
    } catch (thrown) {
      const problem = asProblem(thrown);
      if (retry === undefined || attempt >= retry.maxAttempts || signal.aborted) throw thrown;
      const again = retry.on.length > 0 ? retry.on.includes(problem.code) : problem.retryable;
      if (!again) throw thrown;
      await clock.sleep(waitAfter(retry, attempt), signal);
    }
  }
}
