import type { Store } from '../ports/store.ts';
import { createdOf, namespaces, type Delivery } from './delivery.ts';
import { inTurn } from './in-turn.ts';

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
      const page = (await documents.getMany(namespaces.all, ids)) as unknown as (Delivery | undefined)[];
      const over = page.flatMap((one) => ((one?.endedAt ?? Infinity) < before && one ? [one.id] : []));
      if (!dryRun)
        await Promise.all(
          over.flatMap((id) => [
            documents.delete(namespaces.all, id),
            documents.delete(namespaces.failed, id),
          ]),
        );
      return over.length;
    });
    // Ids are in the order of time: what comes behind is younger.
    if (ids.length < pageSize) break;
    after = ids.at(-1) ?? '';
  }
  return count;
}
