import { createHash } from 'node:crypto';
import type { Json } from '../core/json.ts';
import type {
  CallbackAttempt,
  CallbackDetails,
  CallbackEvent,
  CallbackRecord,
  CallbackState,
} from '../core/records/callback.ts';

/** A delivery as it is stored. */
export interface Delivery {
  readonly id: string;
  readonly callback: string;
  readonly event: CallbackEvent;
  readonly executionId: string;
  /** The very text that is sent, and signed. */
  readonly body: string;
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

/** Most attempts of a delivery that are remembered. */
export const loggedAttempts = 50;

/** Namespaces of the documents of deliveries: all of them, those that are due by callback and time, those given up. */
export const namespaces = { all: 'callbacks', due: 'callbacksdue', failed: 'callbacksfailed' } as const;

/** Key under which a delivery stands among those that are due: those of one callback together, the first due first. */
export function dueKey({ callback, dueAt = 0, id }: Pick<Delivery, 'callback' | 'dueAt' | 'id'>): string {
  return `${callback}/${String(dueAt).padStart(15, '0')}/${id}`;
}

/** What a key of `dueKey` says. */
export function fromDueKey(key: string): {
  readonly callback: string;
  readonly dueAt: number;
  readonly id: string;
} {
  const [callback = '', dueAt = '', id = ''] = key.split('/');
  return { callback, dueAt: Number(dueAt), id };
}

/** Id of the telling of an event to a callback: always the same, and in the order of time. */
export function deliveryId(eventId: string, at: number, callback: string): string {
  const mark = createHash('sha256').update(`${eventId}\n${callback}`).digest();
  let time = '';
  for (let left = at, place = 0; place < 10; left = Math.floor(left / 32), place += 1)
    time = digits.charAt(left % 32) + time;
  const rest = [...mark.subarray(0, 16)].map((byte) => digits.charAt(byte % 32)).join('');
  return `cb_${time}${rest}`;
}

/** When a delivery was made, as its id says: milliseconds since 1970. */
export function createdOf(id: string): number {
  return [...id.slice(3, 13)].reduce((ms, digit) => ms * 32 + digits.indexOf(digit), 0);
}

const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** What callers are shown of a delivery. */
export function recordOf(delivery: Delivery): CallbackRecord {
  const { id, callback, event, executionId, state, attempts, createdAt, dueAt, endedAt, log } = delivery;
  const error = log.at(-1)?.error;
  return {
    ...{ id, callback, event, executionId, state, attempts },
    createdAt: timeOf(createdAt),
    ...(dueAt === undefined ? {} : { nextAt: timeOf(dueAt) }),
    ...(endedAt === undefined ? {} : { endedAt: timeOf(endedAt) }),
    ...(error === undefined ? {} : { error }),
  };
}

/** The same with its body and attempts. */
export function detailsOf(delivery: Delivery): CallbackDetails {
  return { ...recordOf(delivery), body: JSON.parse(delivery.body) as Json, tries: delivery.log };
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
