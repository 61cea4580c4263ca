import type { Clock } from '../ports/clock.ts';
import type { CallbackAttempt } from '../core/records/callback.ts';

/** Most deliveries to one callback that are sent at a time; all others wait in the store. */
const atOnce = 4;

/** After so many failures in a row the receiver is taken to be away, and is tried with one delivery at a time. */
const failuresUntilAway = 4;

/** Longest time in milliseconds that a receiver which is away is not tried. */
const longestAwayMs = 30_000;

/** How fast a receiver is asked: one that is away is not asked by everything that waits for it. */
export interface Pace {
  /** How many more may be sent while so many are. */
  room(sending: number): number;
  /** Milliseconds until something may be sent. */
  holdMs(): number;
  /** Sends nothing for so long. */
  hold(ms: number): void;
  /** Learns of an attempt, after which this delivery would wait so many milliseconds. */
  note(attempt: CallbackAttempt, waitMs: number): void;
  /** Knows of no failure any more. */
  reset(): void;
}

/** A pace that knows of no failure. */
export function createPace(clock: Pick<Clock, 'elapsed'>): Pace {
  /** Since the last success. */
  let failures = 0;
  // By the clock that only grows: the time of day may be set back.
  let until = 0;
  const hold = (ms: number): void => void (until = clock.elapsed() + ms);
  return {
    room: (sending) => (failures < failuresUntilAway ? atOnce : 1) - sending,
    holdMs: () => Math.max(0, until - clock.elapsed()),
    hold,
    note({ status = 503 }, waitMs) {
      failures = status >= 500 || status === 429 ? failures + 1 : 0;
      hold(failures < failuresUntilAway ? 0 : Math.min(waitMs, longestAwayMs));
    },
    reset() {
      failures = 0;
      until = 0;
    },
  };
}
