import type { Retry } from './tool.ts';

/** Milliseconds to wait after an attempt that failed, counted from 1: at most `maxDelayMs`. */
export function waitAfter(
  { delayMs, maxDelayMs, backoff, jitter = false }: Omit<Retry, 'maxAttempts' | 'on'>,
  attempt: number,
): number {
  const factor = backoff === 'fixed' ? 1 : backoff === 'linear' ? attempt : 2 ** (attempt - 1);
  const longest = Math.min(delayMs * factor, maxDelayMs);
  return jitter ? Math.round(longest * (1 - Math.random() / 2)) : longest;
}
