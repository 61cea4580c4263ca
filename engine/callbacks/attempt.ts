import type { Sender } from '../adapters/tools/http-send.ts';
import { failpoint } from '../core/failpoint.ts';
import { asProblem, Problem } from '../core/problem.ts';
import type { CallbackAttempt } from '../core/records/callback.ts';
import type { Meters } from '../ports/meters.ts';
import type { Callback } from '../program/callback.ts';
import { waitAfter } from '../program/wait-after.ts';
import type { SessionPorts } from '../session/index.ts';
import { instruments } from '../telemetry/instruments.ts';
import type { Backlog } from './backlog.ts';
import { settle } from './deliveries.ts';
import type { Delivery, Letter } from './delivery.ts';
import type { Pace } from './pace.ts';
import { send, type Attempted } from './send.ts';

/** Milliseconds until something is tried again that the store failed at. */
export const storeRetryMs = 1_000;

/** Longest time in milliseconds between two tries to write what became of a delivery. */
const longestRetryMs = 30_000;

/** What attempts are made with. */
export interface AttemptPorts {
  readonly ports: Pick<SessionPorts, 'store' | 'clock' | 'journal' | 'now'>;
  readonly sender: Sender;
  readonly meters: Meters;
  readonly backlog: Backlog;
}

/**
 * Sends a delivery once and records what came of it. Never rejects: when the signal aborts nothing is recorded, and what cannot be sent
 * after all stays as it is.
 */
export async function makeAttempt(
  { ports, sender, meters, backlog }: AttemptPorts,
  callback: Callback,
  letter: Letter,
  { pace, signal }: { readonly pace: Pace; readonly signal: AbortSignal },
): Promise<void> {
  const { store, clock, journal } = ports;
  try {
    await failpoint('callback.before_send');
    const attempted = await send(callback, letter, { sender, clock, on: ports.now(), signal });
    await failpoint('callback.after_send');
    const { attempt } = attempted;
    pace.note(attempt, waitAfter(callback.retry, letter.tries + 1));
    countAttempt(meters, callback.name, attempt);
    await record(attempt, waitOf(callback, letter, attempted));
    await attempted.letGo;
  } catch (thrown) {
    if (signal.aborted) return;
    journal.report(asProblem(thrown));
    pace.hold(storeRetryMs);
  }

  /** Writes what became of an attempt, until the store takes it: what a receiver has taken is not sent again for that. */
  async function record(attempt: CallbackAttempt, waitMs: number | undefined): Promise<void> {
    const { body: _, ...delivery } = letter;
    for (let pauseMs = storeRetryMs; ; pauseMs = Math.min(2 * pauseMs, longestRetryMs))
      try {
        const settled = await settle(store, delivery, attempt, { now: clock.now(), waitMs });
        if (settled.dueAt !== undefined) return;
        countEnd(meters, backlog, settled);
        if (settled.state === 'failed') journal.report(givenUp(settled));
        return;
      } catch (thrown) {
        if (signal.aborted) throw thrown;
        journal.report(asProblem(thrown));
        await clock.sleep(pauseMs, signal);
      }
  }
}

/** Measures that a delivery is over. */
export function countEnd(meters: Meters, backlog: Backlog, { callback, state }: Delivery): void {
  meters.record(instruments.callbacksEnded, 1, { callback, state });
  backlog.ended(callback);
}

function countAttempt(meters: Meters, callback: string, { error }: CallbackAttempt): void {
  meters.record(instruments.callbackAttempts, 1, {
    callback,
    outcome: error === undefined ? 'ok' : 'error',
    ...(error === undefined ? {} : { 'error.type': error.type }),
  });
}

/** Milliseconds until the next attempt; undefined: it was taken, or there is none. */
function waitOf(
  { retry }: Callback,
  { tries }: Delivery,
  { attempt, isGone, waitMs = 0 }: Attempted,
): number | undefined {
  if (attempt.error === undefined || isGone || tries + 1 >= retry.maxAttempts) return undefined;
  return Math.max(waitAfter(retry, tries + 1), Math.min(waitMs, retry.maxDelayMs));
}

function givenUp({ id, callback, attempts, log }: Delivery): Problem {
  const why = log.at(-1)?.error?.message ?? '';
  return new Problem(
    'callback_failed',
    `delivery "${id}" to callback "${callback}" is given up at attempt ${attempts}: ${why}`,
  );
}
