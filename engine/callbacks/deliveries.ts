import type { Json } from '../core/json.ts';
import type { CallbackAttempt } from '../core/records/callback.ts';
import type { Store } from '../ports/store.ts';
import { dueKey, fromDueKey, loggedAttempts, namespaces, type Delivery } from './delivery.ts';

type Documents = Pick<Store, 'documents'>;

/** A place in the queue of a callback. */
export interface Due {
  readonly key: string;
  readonly id: string;
  readonly dueAt: number;
}

/** The first deliveries to a callback that are to be sent, those that are being sent left out. */
export async function dueOf(
  { documents }: Documents,
  callback: string,
  { limit, except }: { readonly limit: number; readonly except: ReadonlySet<string> },
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

/** The deliveries of places in a queue. A place whose delivery is gone, or is due another time, is removed. */
export async function readDeliveries(
  { documents }: Documents,
  places: readonly Due[],
): Promise<readonly Delivery[]> {
  if (places.length === 0) return [];
  const found = await documents.getMany(
    namespaces.all,
    places.map(({ id }) => id),
  );
  const right: Delivery[] = [];
  const stale: string[] = [];
  for (const [at, { key, dueAt }] of places.entries()) {
    const delivery = found[at] as unknown as Delivery | undefined;
    if (delivery?.dueAt === dueAt) right.push(delivery);
    else stale.push(key);
  }
  await Promise.all(stale.map((key) => documents.delete(namespaces.due, key)));
  return right;
}

/** Names of callbacks that something waits for and that are not among those known. */
export async function strangers(
  { documents }: Documents,
  known: ReadonlySet<string>,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (let after = ''; ;) {
    const [first] = await documents.keys(namespaces.due, { after, limit: 1 });
    if (first === undefined) return found;
    const { callback } = fromDueKey(first.key);
    if (!known.has(callback)) found.push(callback);
    // No key of a callback sorts behind this.
    after = `${callback}/~`;
  }
}

/** Stores what came of an attempt, in one commit: it was taken, is tried again after `waitMs`, or is given up. */
export async function settle(
  { documents }: Documents,
  delivery: Delivery,
  attempt: CallbackAttempt,
  {
    now,
    waitMs,
    isSent = true,
  }: { readonly now: number; readonly waitMs: number | undefined; readonly isSent?: boolean },
): Promise<Delivery> {
  const { dueAt: _, ...rest } = delivery;
  const isTaken = attempt.error === undefined;
  const counted = isSent ? 1 : 0;
  const next: Delivery = {
    ...rest,
    attempts: delivery.attempts + counted,
    tries: delivery.tries + counted,
    log: [...delivery.log, attempt].slice(-loggedAttempts),
    ...(waitMs === undefined
      ? { state: isTaken ? 'succeeded' : 'failed', endedAt: now }
      : { state: 'waiting', dueAt: now + waitMs }),
  };
  await Promise.all([
    documents.delete(namespaces.due, dueKey(delivery)),
    documents.set(namespaces.all, next.id, next as unknown as Json),
    ...(next.state === 'waiting' ? [documents.set(namespaces.due, dueKey(next), true)] : []),
    ...(next.state === 'failed' ? [documents.set(namespaces.failed, next.id, true)] : []),
  ]);
  return next;
}
