import { createSystemClock } from '../../engine/adapters/clock/system.ts';
import { startTimer, type Clock } from '../../engine/ports/clock.ts';

/** The machine's clock, which a test may set forward. */
export interface LeapingClock extends Clock {
  /** Lets milliseconds go by at once: all that waits no longer than that goes on. */
  leap(ms: number): void;
}

/** A clock for bounds of time that a slow machine must not meet: they are long, and the test leaps over them. */
export function leapingClock(): LeapingClock {
  const system = createSystemClock();
  const waiting = new Set<{ readonly until: number; readonly act: () => void }>();
  let leapt = 0;
  const elapsed = (): number => system.elapsed() + leapt;

  function timer(ms: number, act: () => void): () => void {
    const one = {
      until: elapsed() + ms,
      act: () => {
        stop();
        act();
      },
    };
    const stopTimer = startTimer(system, ms, one.act);
    const stop = (): void => {
      waiting.delete(one);
      stopTimer();
    };
    waiting.add(one);
    return stop;
  }

  return {
    now: () => system.now() + leapt,
    elapsed,
    ulid: () => system.ulid(),
    timer,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(signal.reason as Error);
        const onAbort = (): void => {
          stop();
          reject(signal?.reason as Error);
        };
        const stop = timer(ms, () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        });
        signal?.addEventListener('abort', onAbort, { once: true });
      }),
    leap(ms) {
      leapt += ms;
      for (const { until, act } of [...waiting]) if (until <= elapsed()) act();
    },
  };
}
