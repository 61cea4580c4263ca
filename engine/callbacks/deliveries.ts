import type { CallbackAttempt } from '../core/records/callback.ts';
import type { Documents, Store } from '../ports/store.ts';
import type { Delivery, Letter } from './delivery.ts';
import { loggedAttempts } from './delivery.ts';
import { fromDueKey, namespaces, replace } from './places.ts';

type InStore = Pick<Store, 'documents'>;

/** A place in the queue of a callback. */
export interface Due {
  readonly key: string;
  readonly id: string;
  readonly dueAt: number;
}

/** What the places of a queue hold. */
export interface Found {
  readonly letters: readonly Letter[];
  /** Deliveries whose text the store has lost. */
  readonly lost: readonly Delivery[];
}

/** The first deliveries to a callback that are to be sent, those that are being sent left out, and one more. */
export async function dueOf(
  { documents }: InStore,
  callback: string,
  {
    limit,
    except,
  }: { readonly limit: number; readonly except: { readonly size: number; has(id: string): boolean } },
): Promise<readonly Due[]> {
  // One more says when to look again.
  const keys = await documents.keys(namespaces.due, {
    prefix: `${callback}/`,
    limit: limit + except.size + 1,
  });
  return keys
    .map(({ key }) => ({ key, ...fromDueKey(key) }))
    .filter(({ id }) => !except.has(id))
    .slice(0, limit + 1);
}

/** How many deliveries to a callback are to be sent. */
export async function countDue({ documents }: InStore, callback: string): Promise<number> {
  let count = 0;
  for (let after = ''; ;) {
    const page = await documents.keys(namespaces.due, { prefix: `${callback}/`, after, limit: keyPage });
    count += page.length;
    if (page.length < keyPage) return count;
    after = page.at(-1)?.key ?? '';
  }
}

/** Keys that are read at a time. */
const keyPage = 10_000;

/** Deliveries by their ids; those that there are not are undefined. */
export async function deliveriesOf(
  documents: Documents,
  ids: readonly string[],
): Promise<readonly (Delivery | undefined)[]> {
  if (ids.length === 0) return [];
  return (await documents.getMany(namespaces.all, ids)) as unknown as (Delivery | undefined)[];
}

/** The deliveries of places in a queue. A place whose delivery is gone, or is due another time, is removed. */
export async function inPlaces({ documents }: InStore, places: readonly Due[]): Promise<readonly Delivery[]> {
  const found = await deliveriesOf(
    documents,
    places.map(({ id }) => id),
  );
  const isRight = ({ dueAt }: Due, at: number): boolean => found[at]?.dueAt === dueAt;
  const stale = places.filter((place, at) => !isRight(place, at));
  await Promise.all(stale.map(({ key }) => documents.delete(namespaces.due, key)));
  return places.flatMap((place, at) => (isRight(place, at) ? (found[at] ?? []) : []));
}

/** The same with what they say. */
export async function readLetters(store: InStore, places: readonly Due[]): Promise<Found> {
  const deliveries = await inPlaces(store, places);
  if (deliveries.length === 0) return { letters: [], lost: [] };
  const bodies = await store.documents.getMany(
    namespaces.bodies,
    deliveries.map(({ id }) => id),
  );
  const isText = (_: Delivery, at: number): boolean => typeof bodies[at] === 'string';
  return {
    letters: deliveries.flatMap((one, at) => {
      const body = bodies[at];
      return typeof body === 'string' ? [{ ...one, body }] : [];
    }),
    lost: deliveries.filter((one, at) => !isText(one, at)),
  };
}

/** Stores what came of an attempt, in one commit: it was taken, is tried again after `waitMs`, or is given up. */
export async function settle(
  { documents }: InStore,
  before: Delivery,
  attempt: CallbackAttempt,
  {
    now,
    waitMs,
    isSent = true,
  }: { readonly now: number; readonly waitMs: number | undefined; readonly isSent?: boolean },
): Promise<Delivery> {
  const { id, callback, event, executionId, session, createdAt } = before;
  const isTaken = attempt.error === undefined;
  const counted = isSent ? 1 : 0;
  const next: Delivery = {
    ...{ id, callback, event, executionId, createdAt },
    ...(session === undefined ? {} : { session }),
    attempts: before.attempts + counted,
    tries: before.tries + counted,
    log: [...before.log, attempt].slice(-loggedAttempts),
    ...(waitMs === undefined
      ? { state: isTaken ? 'succeeded' : 'failed', endedAt: now }
      : { state: 'waiting', dueAt: now + waitMs }),
  };
  await replace(documents, before, next);
  return next;
}
