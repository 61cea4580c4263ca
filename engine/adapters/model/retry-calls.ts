import { ulidDigits } from '../../core/ids.ts';
import { Problem } from '../../core/problem.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ModelEvent } from '../../ports/model.ts';
import type { ProviderRetry } from '../../program/model.ts';
import type { Failure } from './failure.ts';

/** What calling again needs to know. */
export interface RetryContext {
  /** `provider/id`. */
  readonly model: string;
  readonly retry: ProviderRetry;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** What a call threw, as a Problem. */
  read(thrown: unknown): Failure;
}

/** How calls are made again where the config does not say. */
export const defaultRetry: ProviderRetry = {
  maxAttempts: 3,
  delayMs: 500,
  maxDelayMs: 30_000,
  budgetMs: 120_000,
};

/**
 * The events of a call, which is made again when it fails in a way that may pass before its first event: nothing that somebody has
 * seen is ever said twice. A `retry` event comes before each wait, which doubles from call to call, is at least what the provider
 * asks for, and is longer by up to a half, by chance. There is no other call when the attempts are used up, when the wait is longer than
 * `maxDelayMs`, or when it would end after `budgetMs`. Throws the last call's Problem, `aborted` when the signal aborts.
 */
export async function* callWithRetries(
  call: () => AsyncIterable<ModelEvent>,
  { model, retry, clock, signal, read }: RetryContext,
): AsyncGenerator<ModelEvent, void, undefined> {
  const start = clock.elapsed();
  for (let attempt = 1; ; attempt += 1) {
    let started = false;
    try {
      for await (const event of call()) {
        started = true;
        yield event;
      }
      return;
    } catch (thrown) {
      if (signal.aborted) throw aborted(signal);
      const { problem, retryable, retryAfterMs = 0 } = read(thrown);
      if (started || !retryable || attempt >= retry.maxAttempts) throw problem;
      const step = Math.min(retry.delayMs * 2 ** (attempt - 1), retry.maxDelayMs);
      const waitMs = Math.round(Math.max(step, retryAfterMs) + (step / 2) * chance(clock));
      const isTooLong = retryAfterMs > retry.maxDelayMs;
      if (isTooLong || clock.elapsed() - start + waitMs > retry.budgetMs) throw problem;
      yield { type: 'retry', model, attempt, waitMs, error: problem.toData() };
      await clock.sleep(waitMs, signal).catch(() => {
        throw aborted(signal);
      });
    }
  }
}

/** The Problem of a call that its signal ended. */
export function aborted(signal: AbortSignal): Problem {
  return new Problem('aborted', 'the model call was aborted', { cause: signal.reason });
}

/**
 * A number from 0 up to 1, out of the end of a ULID, its last character first: it is what differs most among those of one millisecond, so
 * callers that failed together do not come back together.
 */
function chance(clock: Clock): number {
  const [before, last] = [...clock.ulid().slice(-2)].map((digit) => ulidDigits.indexOf(digit));
  return ((last ?? 0) * ulidDigits.length + (before ?? 0)) / ulidDigits.length ** 2;
}
