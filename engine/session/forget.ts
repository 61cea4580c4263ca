import { encodeKey, instanceKey } from '../core/ids.ts';
import type { Documents, Execution } from '../ports/store.ts';
import { namespace as history } from './entry.ts';
import { namespace as workspaces } from './workspace.ts';

/** Where the files of a run are, and what its steps said to models: namespace and key of each document. */
export async function documentsOfRun(
  documents: Documents,
  { name, id }: Execution,
): Promise<readonly (readonly [namespace: string, key: string])[]> {
  const owner = instanceKey(`workflow:${name}`, id);
  const entries = await documents.keys(history, { prefix: `${owner}.`, limit: most });
  return [...entries.map(({ key }) => [history, key] as const), [workspaces, owner]];
}

/**
 * Forgets conversations whose last message came before a time, and the files of instances that have no conversation left and were
 * not changed since.
 * @param order.isAtWork tells of the key of a session that it must stay.
 * @param order.inUse ids of executions that have not ended: what belongs to them stays.
 * @returns how many conversations.
 */
export async function forgetSessions(
  documents: Documents,
  order: {
    readonly before: number;
    readonly isAtWork: (session: string) => boolean;
    readonly inUse: readonly string[];
    readonly dryRun: boolean;
  },
): Promise<number> {
  const used = new Set(order.inUse.map((id) => encodeKey(id)));
  const isUsed = (key: string): boolean => key.split('.').some((part) => used.has(part));
  const owners = new Set<string>();
  let forgotten = 0;
  for await (const { session, entries, at } of conversations(documents)) {
    if (at >= order.before || order.isAtWork(session) || isUsed(session)) {
      owners.add(session.slice(0, session.lastIndexOf('.')));
      continue;
    }
    forgotten += 1;
    // In one commit: a conversation is read up to the first message that is missing.
    if (!order.dryRun) await Promise.all(entries.map((key) => documents.delete(history, key)));
  }
  for (let after = ''; !order.dryRun;) {
    const page = await documents.keys(workspaces, { after, limit: most });
    for (const { key, at } of page)
      if (at < order.before && !owners.has(key) && !isUsed(key)) await documents.delete(workspaces, key);
    if (page.length < most) break;
    after = page.at(-1)?.key ?? '';
  }
  return forgotten;
}

const most = 10_000;

interface Conversation {
  readonly session: string;
  /** Keys of its messages. */
  readonly entries: string[];
  /** When the last of them was written. */
  at: number;
}

/** All conversations; the messages of one stand together. */
async function* conversations(documents: Documents): AsyncGenerator<Conversation> {
  let current: Conversation | undefined;
  for (let after = ''; ;) {
    const page = await documents.keys(history, { after, limit: most });
    for (const { key, at } of page) {
      const session = key.slice(0, key.lastIndexOf('.'));
      if (current?.session !== session) {
        if (current !== undefined) yield current;
        current = { session, entries: [], at: 0 };
      }
      current.entries.push(key);
      current.at = Math.max(current.at, at);
    }
    if (page.length < most) break;
    after = page.at(-1)?.key ?? '';
  }
  if (current !== undefined) yield current;
}
