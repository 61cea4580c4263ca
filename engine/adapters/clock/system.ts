import { monotonicFactory } from 'ulid';
import type { Clock } from '../../ports/clock.ts';
import { randomFractions } from './random.ts';

/** The machine's clock and its random source. ULIDs of all clocks of one process are increasing. */
export function createSystemClock(): Clock {
  return {
    now: () => Date.now(),
    elapsed: () => Math.round(performance.now()),
    ulid: () => nextUlid(),
    sleep,
    timer: startTimer,
  };
}

const nextUlid = monotonicFactory(randomFractions());

/** Timers take at most 2^31-1 ms (24.8 days) and fire at once when given more. */
const longestTimer = 2_147_483_647;

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error);
    const onAbort = (): void => {
      stop();
      reject(signal?.reason as Error);
    };
    const stop = startTimer(ms, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

function startTimer(ms: number, act: () => void): () => void {
  const until = performance.now() + ms;
  let timer: NodeJS.Timeout;
  const onTimer = (): void => {
    const left = until - performance.now();
    if (left > 1) arm(left);
    else act();
  };
  const arm = (left: number): void => {
    timer = setTimeout(onTimer, Math.min(Math.max(left, 0), longestTimer));
  };
  arm(ms);
  return () => clearTimeout(timer);
}
