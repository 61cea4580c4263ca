import type { ClientProblem } from './problem.ts';
import { backoffMs } from './backoff.ts';
import type { RetryOptions } from './types/options.ts';

/** Failures that say that nothing was done, or that the answer was lost on its way. */
const passing = new Set([
  'server_unreachable',
  'too_many_requests',
  'too_many_connections',
  'shutting_down',
  'store_unavailable',
  'store_locked',
  'issuer_unavailable',
]);

/**
 * Milliseconds to wait before a call is made again that may be made twice; undefined when it shall not be.
 * @param failures how often it has failed, from 1.
 */
export function waitBefore(
  { code, retryable, retryAfterMs = 0 }: ClientProblem,
  failures: number,
  options: RetryOptions | false = {},
): number | undefined {
  if (options === false) return undefined;
  const { retries = 3, baseMs = 250, maxWaitMs = 30_000 } = options;
  if (failures > retries || !retryable || !passing.has(code) || retryAfterMs > maxWaitMs) return undefined;
  return Math.min(maxWaitMs, Math.max(retryAfterMs, backoffMs(failures, baseMs)));
}
