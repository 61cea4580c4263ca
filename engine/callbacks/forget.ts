import type { Store } from '../ports/store.ts';
import { deliveriesOf } from './deliveries.ts';
import { createdOf, type Delivery } from './delivery.ts';
import { inTurn } from './in-turn.ts';
import { namespaces, replace, sessionPrefix } from './places.ts';

/** Deliveries that are read at a time. */
const pageSize = 200;

/** Removes deliveries that ended before a time, in milliseconds since 1970, and gives how many; those that wait stay. */
export async function forgetDeliveries(
  store: Pick<Store, 'documents'>,
  {
    before,
    dryRun,
    isStopped,
  }: { readonly before: number; readonly dryRun: boolean; readonly isStopped: () => boolean },
): Promise<number> {
  const { documents } = store;
  let count = 0;
  for (let after = ''; before > 0 && !isStopped();) {
    const keys = await documents.keys(namespaces.all, { after, limit: pageSize });
    const ids = keys.map(({ key }) => key).filter((id) => createdOf(id) < before);
    count += await inTurn(store, async () => {
      const page = await deliveriesOf(documents, ids);
      const over = page.flatMap((one) =>
        one !== undefined && (one.endedAt ?? Infinity) < before ? [one] : [],
      );
      if (!dryRun) await Promise.all(over.map((one) => replace(documents, one, undefined)));
      return over.length;
    });
    // Ids are in the order of time: what comes behind is younger.
    if (ids.length < pageSize) break;
    after = ids.at(-1) ?? '';
  }
  return count;
}

/**
 * Removes all deliveries that tell of what a session was asked, those that wait too. Call it in turn.
 * @param release resolves when a delivery is not being sent.
 * @returns those that were still to be sent, one for each.
 */
export async function forgetSession(
  { documents }: Pick<Store, 'documents'>,
  session: string,
  release: (delivery: Delivery) => Promise<void>,
): Promise<readonly Pick<Delivery, 'callback'>[]> {
  const prefix = sessionPrefix(session);
  const untold: Pick<Delivery, 'callback'>[] = [];
  for (;;) {
    const keys = await documents.keys(namespaces.sessions, { prefix, limit: pageSize });
    const found = await deliveriesOf(
      documents,
      keys.map(({ key }) => key.slice(prefix.length)),
    );
    const deliveries = found.flatMap((one) => one ?? []);
    await Promise.all(deliveries.map(release));
    // What was being sent may have come to its end.
    const now = await deliveriesOf(
      documents,
      deliveries.map(({ id }) => id),
    );
    const gone = keys.filter((_, at) => found[at] === undefined);
    await Promise.all([
      ...now.map((one) => (one === undefined ? undefined : replace(documents, one, undefined))),
      ...gone.map(({ key }) => documents.delete(namespaces.sessions, key)),
    ]);
    untold.push(...now.flatMap((one) => (one?.dueAt === undefined ? [] : [{ callback: one.callback }])));
    if (keys.length < pageSize) return untold;
  }
}
