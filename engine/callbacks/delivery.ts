import { createHash } from 'node:crypto';
import { ulidDigits } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import type { ProblemData } from '../core/problem.ts';
import type {
  CallbackAttempt,
  CallbackDetails,
  CallbackEvent,
  CallbackRecord,
  CallbackState,
} from '../core/records/callback.ts';

/** A delivery as it is stored; what it says lies in a document of its own, which lists do not read. */
export interface Delivery {
  readonly id: string;
  readonly callback: string;
  readonly event: CallbackEvent;
  readonly executionId: string;
  /** Key of the session whose message it tells of; absent for runs. */
  readonly session?: string;
  readonly state: CallbackState;
  /** In milliseconds since 1970, as all times here. */
  readonly createdAt: number;
  /** When it is sent next; absent once it has ended. */
  readonly dueAt?: number;
  readonly endedAt?: number;
  readonly attempts: number;
  /** Attempts since it was made, or made due again by a person. */
  readonly tries: number;
  readonly log: readonly CallbackAttempt[];
}

/** A delivery with the very text that is sent, and signed. */
export interface Letter extends Delivery {
  readonly body: string;
}

/** Most attempts of a delivery that are remembered. */
export const loggedAttempts = 50;

/** Id of the telling of an event to a callback: always the same, and in the order of time. */
export function deliveryId(eventId: string, at: number, callback: string): string {
  const mark = createHash('sha256').update(`${eventId}\n${callback}`).digest();
  let time = '';
  for (let left = at, place = 0; place < 10; left = Math.floor(left / 32), place += 1)
    time = ulidDigits.charAt(left % 32) + time;
  const rest = [...mark.subarray(0, 16)].map((byte) => ulidDigits.charAt(byte % 32)).join('');
  return `cb_${time}${rest}`;
}

/** Whether a text may be the id of a delivery. */
export function isDeliveryId(text: string): boolean {
  return /^cb_[0-9A-HJKMNP-TV-Z]{26}$/.test(text);
}

/** When a delivery was made, as its id says: milliseconds since 1970. */
export function createdOf(id: string): number {
  return [...id.slice(3, 13)].reduce((ms, digit) => ms * 32 + ulidDigits.indexOf(digit), 0);
}

/**
 * What callers are shown of a delivery.
 * @param hindrance why nothing can be sent to its callback now, told of what is still to be sent.
 */
export function recordOf(delivery: Delivery, hindrance?: ProblemData): CallbackRecord {
  const { id, callback, event, executionId, state, attempts, createdAt, dueAt, endedAt, log } = delivery;
  const error = (dueAt === undefined ? undefined : hindrance) ?? log.at(-1)?.error;
  return {
    ...{ id, callback, event, executionId, state, attempts },
    createdAt: timeOf(createdAt),
    ...(dueAt === undefined ? {} : { nextAt: timeOf(dueAt) }),
    ...(endedAt === undefined ? {} : { endedAt: timeOf(endedAt) }),
    ...(error === undefined ? {} : { error }),
  };
}

/** The same with its attempts and what is sent; null where the store has lost that. */
export function detailsOf(
  delivery: Delivery,
  body: string | undefined,
  hindrance?: ProblemData,
): CallbackDetails {
  return {
    ...recordOf(delivery, hindrance),
    body: body === undefined ? null : (JSON.parse(body) as Json),
    tries: delivery.log,
  };
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
