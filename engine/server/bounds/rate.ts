import { createRequire } from 'node:module';
import type { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { Problem } from '../../core/problem.ts';

/** How many requests each caller may send in a time. */
export interface Rate {
  /**
   * Counts one request, and gives the `RateLimit-*` headers of its answer. Throws Problem `too_many_requests` when there were too
   * many; such a request counts too.
   */
  take(key: () => string): Promise<Readonly<Record<string, string>>>;
}

const nothing = Promise.resolve({});

/** A rate of `requests` in `perMs` milliseconds for each key; undefined: no bound. Counts in memory. */
export function createRate(requests: number | undefined, perMs: number): Rate {
  if (requests === undefined) return { take: () => nothing };
  const limiter = limiterOf(requests, perMs / 1000);
  const headersOf = ({ remainingPoints, msBeforeNext }: RateLimiterRes): Record<string, string> => ({
    'RateLimit-Limit': String(requests),
    'RateLimit-Remaining': String(remainingPoints),
    'RateLimit-Reset': String(Math.ceil(msBeforeNext / 1000)),
    'RateLimit-Policy': `${requests};w=${Math.ceil(perMs / 1000)}`,
  });
  return {
    take: (key) =>
      limiter.consume(key()).then(headersOf, (thrown: unknown) => {
        if (thrown instanceof Error) throw thrown;
        const left = thrown as RateLimiterRes;
        const retryAfterSeconds = Math.max(1, Math.ceil(left.msBeforeNext / 1000));
        const refusal = new Problem(
          'too_many_requests',
          `more than ${requests} requests within ${perMs / 1000} s; try again in ${retryAfterSeconds} s`,
          { details: { retryAfterSeconds } },
        );
        throw withHeaders(refusal, headersOf(left));
      }),
  };
}

const headers = new WeakMap<Problem, Readonly<Record<string, string>>>();

/** The headers that go with a refusal. */
export function rateHeadersOf(problem: Problem): Readonly<Record<string, string>> {
  return headers.get(problem) ?? {};
}

function withHeaders(problem: Problem, its: Readonly<Record<string, string>>): Problem {
  headers.set(problem, its);
  return problem;
}

/** Loaded only where there is a rate, and alone: the package brings limiters for a dozen databases. */
function limiterOf(points: number, duration: number): RateLimiterMemory {
  const require = createRequire(import.meta.url);
  const Limiter = require('rate-limiter-flexible/lib/RateLimiterMemory.js') as typeof RateLimiterMemory;
  return new Limiter({ points, duration });
}
