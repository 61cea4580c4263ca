import { encodeKey, instanceKey, type SessionAddress } from '../../core/ids.ts';
import { Problem } from '../../core/problem.ts';
import type { Documents } from '../../ports/store.ts';
import { checkAddress } from '../address.ts';
import { madeKey, namespace } from '../entry.ts';
import { endOf, placedEntries } from './page-entries.ts';
import type { SessionNote } from '../../core/records/conversation.ts';

export type { SessionNote } from '../../core/records/conversation.ts';

/** Sessions of an instance in the order of their keys. Costs a few reads each, however long they are. */
export async function listSessions(
  documents: Documents,
  { agent, instance }: Omit<SessionAddress, 'session'>,
  { after = '', limit = 100 }: { readonly after?: string; readonly limit?: number },
): Promise<readonly Omit<SessionNote, 'state' | 'pending'>[]> {
  checkAddress({ instance, session: after === '' ? 'any' : after });
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
    throw new Problem('invalid_request', '"limit" must be a whole number from 1 to 1000');
  const prefix = `${instanceKey(agent, instance)}.`;
  const found: Omit<SessionNote, 'state' | 'pending'>[] = [];
  let last = after === '' ? '' : encodeKey(after);
  while (found.length < limit) {
    const name = await nextName(documents, prefix, last);
    if (name === undefined) break;
    last = name;
    found.push(await noteOf(documents, `${prefix}${name}`, decodeURIComponent(name)));
  }
  return found;
}

/** The first part of a key that begins with a prefix, behind one such part, in the order of the keys. */
export async function nextName(
  documents: Documents,
  prefix: string,
  last: string,
): Promise<string | undefined> {
  // No character of a key sorts behind "~".
  const after = last === '' ? '' : `${prefix}${last}.~`;
  const [found] = await documents.keys(namespace, { prefix, after, limit: 1 });
  return found?.key.slice(prefix.length).split('.')[0];
}

async function noteOf(
  documents: Documents,
  key: string,
  session: string,
): Promise<Omit<SessionNote, 'state' | 'pending'>> {
  const [entries, note] = await Promise.all([endOf(documents, key), documents.get(namespace, madeKey(key))]);
  const made = (note as { readonly at?: number } | undefined)?.at;
  const [first] = await placedEntries(documents, key, 0, 1);
  const [last] = await placedEntries(documents, key, Math.max(0, entries - 1), entries);
  const createdAt = made ?? first?.at ?? 0;
  return {
    session,
    entries,
    createdAt: new Date(createdAt).toISOString(),
    updatedAt: new Date(Math.max(createdAt, last?.at ?? 0)).toISOString(),
  };
}
