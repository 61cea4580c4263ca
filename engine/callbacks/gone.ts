import type { Documents } from '../ports/store.ts';
import { isObject } from '../core/json.ts';
import { namespaces } from './places.ts';

/** Milliseconds that deliveries wait for a callback which the project has no more. */
const patienceMs = 24 * 3_600_000;

/** Until when deliveries wait for a callback that is gone: a day from when it was first missed, in milliseconds since 1970. */
export async function waitsUntil(documents: Documents, callback: string, now: number): Promise<number> {
  const known = await documents.get(namespaces.gone, callback);
  const since = isObject(known) && typeof known['since'] === 'number' ? Math.min(known['since'], now) : now;
  if (known === undefined) await documents.set(namespaces.gone, callback, { since });
  return since + patienceMs;
}

/** Forgets that callbacks were gone. */
export async function areBack(documents: Documents, callbacks: ReadonlySet<string>): Promise<void> {
  for (let after = ''; ;) {
    const keys = await documents.keys(namespaces.gone, { after, limit: pageSize });
    const back = keys.filter(({ key }) => callbacks.has(key));
    await Promise.all(back.map(({ key }) => documents.delete(namespaces.gone, key)));
    if (keys.length < pageSize) return;
    after = keys.at(-1)?.key ?? '';
  }
}

const pageSize = 200;
