import type { CallbackFilter } from '../api/callbacks.ts';
import { Problem } from '../core/problem.ts';
import { callbackStates, type CallbackState } from '../core/records/callback.ts';
import type { Documents } from '../ports/store.ts';
import { deliveriesOf } from './deliveries.ts';
import { isDeliveryId, type Delivery } from './delivery.ts';
import { listedPrefix, namespaces } from './places.ts';

/** Deliveries that are read at a time. */
const pageSize = 200;

/**
 * The newest deliveries of a filter. Reads those alone, however many there are beside them. Throws Problem `invalid_request` for a
 * `before` that is no delivery.
 */
export async function listDeliveries(
  documents: Documents,
  filter: CallbackFilter,
): Promise<readonly Delivery[]> {
  const { limit = 100, before } = filter;
  if (before !== undefined && !isDeliveryId(before))
    throw new Problem('invalid_request', `"before" must be the id of a delivery; "${before}" is none`);
  const found: Delivery[] = [];
  for (let after = before; ;) {
    const size = Math.min(pageSize, limit - found.length);
    const ids = await newestIds(documents, filter, { before: after, limit: size });
    for (const delivery of await deliveriesOf(documents, ids))
      // It may have gone on since its place was read.
      if (delivery !== undefined && (filter.states?.includes(delivery.state) ?? true)) found.push(delivery);
    if (ids.length < size || found.length >= limit) return found;
    after = ids.at(-1);
  }
}

/** Names of callbacks by which something is found in a namespace whose keys begin with them. */
export async function callbacksIn(documents: Documents, namespace: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (let after = ''; ;) {
    const [first] = await documents.keys(namespace, { after, limit: 1 });
    if (first === undefined) return found;
    const callback = first.key.slice(0, first.key.indexOf('/'));
    found.push(callback);
    // No key of a callback sorts behind this.
    after = `${callback}/~`;
  }
}

interface Page {
  readonly before: string | undefined;
  readonly limit: number;
}

async function newestIds(
  documents: Documents,
  { callback, states }: CallbackFilter,
  page: Page,
): Promise<readonly string[]> {
  if (callback === undefined && states === undefined) return newestUnder(documents, namespaces.all, '', page);
  const callbacks = callback === undefined ? await callbacksIn(documents, namespaces.listed) : [callback];
  const wanted: ReadonlySet<CallbackState> = new Set(states ?? callbackStates);
  const all = await Promise.all(
    callbacks.flatMap((name) =>
      [...wanted].map((state) => newestUnder(documents, namespaces.listed, listedPrefix(name, state), page)),
    ),
  );
  return all
    .flat()
    .sort((one, other) => (one < other ? 1 : -1))
    .slice(0, page.limit);
}

async function newestUnder(
  documents: Documents,
  namespace: string,
  prefix: string,
  { before, limit }: Page,
): Promise<readonly string[]> {
  const keys = await documents.keys(namespace, {
    ...{ prefix, descending: true, limit },
    ...(before === undefined ? {} : { after: `${prefix}${before}` }),
  });
  return keys.map(({ key }) => key.slice(prefix.length));
}
