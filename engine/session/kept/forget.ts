import { encodeKey, instanceKey } from '../../core/ids.ts';
import type { Documents, Execution } from '../../ports/store.ts';
import { namespace as history } from '../entry.ts';
import { namespace as workspaces } from '../workspaces/workspace.ts';

/**
 * Where the files of a run are, what its steps said to models, and what helpers did for it: namespace and key of each document.
 * @param helpers what `helpersStored` gave.
 */
export async function documentsOfRun(
  documents: Documents,
  { name, id }: Execution,
  helpers: readonly string[],
): Promise<readonly (readonly [namespace: string, key: string])[]> {
  const owner = instanceKey(`workflow:${name}`, id);
  const owners = [owner, ...helpers.map((helper) => `${helper}.${encodeKey(id)}`)];
  const entries = await Promise.all(
    owners.map((one) => documents.keys(history, { prefix: `${one}.`, limit: most })),
  );
  const files = await Promise.all(
    // Files of a task are named by the instance and the session.
    owners
      .slice(1)
      .map((one) => documents.keys(workspaces, { prefix: `${one}${encodeKey('/')}`, limit: most })),
  );
  return [
    ...entries.flat().map(({ key }) => [history, key] as const),
    ...files.flat().map(({ key }) => [workspaces, key] as const),
    [workspaces, owner],
  ];
}

/** First part of the keys of everybody who did tasks. */
export async function helpersStored(documents: Documents): Promise<readonly string[]> {
  const found: string[] = [];
  const begin = encodeKey('task:');
  for (let after = begin; ;) {
    const [next] = await documents.keys(history, { prefix: begin, after, limit: 1 });
    if (next === undefined) return found;
    const helper = next.key.slice(0, next.key.indexOf('.'));
    found.push(helper);
    // Behind every key of this helper: a slash comes after the dot, and no key holds one.
    after = `${helper}/`;
  }
}

/**
 * Forgets conversations whose last message came before a time, and the files of instances that have no conversation left and were
 * not changed since.
 * @param order.alone does work on a session or instance, by its key, that nobody uses; false when somebody does.
 * @param order.inUse what belongs to it stays.
 * @returns how many conversations.
 */
export async function forgetSessions(
  documents: Documents,
  order: {
    readonly before: number;
    readonly alone: Alone;
    readonly inUse: InUse;
    readonly dryRun: boolean;
  },
): Promise<number> {
  const used = new Set(order.inUse.ids.map((id) => encodeKey(id)));
  const isUsed = (key: string): boolean =>
    order.inUse.sessions.has(key) || key.split('.').some((part) => used.has(part));
  const owners = new Set<string>();
  let forgotten = 0;
  for await (const { session, at } of conversations(documents)) {
    const isOver =
      at < order.before &&
      !isUsed(session) &&
      (await order.alone(session, async (isFree) => order.dryRun || forget(session, isFree)));
    if (isOver) forgotten += 1;
    else owners.add(session.slice(0, session.lastIndexOf('.')));
  }
  for (let after = ''; !order.dryRun;) {
    const page = await documents.keys(workspaces, { after, limit: most });
    for (const { key, at } of page)
      if (at < order.before && !owners.has(key) && !isUsed(key))
        await order.alone(key, async () => {
          await documents.delete(workspaces, key);
          return true;
        });
    if (page.length < most) break;
    after = page.at(-1)?.key ?? '';
  }
  return forgotten;

  /** Removes a conversation as it is now, unless somebody wrote or came meanwhile. */
  async function forget(session: string, isFree: () => boolean): Promise<boolean> {
    const entries: string[] = [];
    for (let after = ''; ;) {
      const page = await documents.keys(history, { prefix: `${session}.`, after, limit: most });
      if (page.some(({ at }) => at >= order.before)) return false;
      entries.push(...page.map(({ key }) => key));
      if (page.length < most) break;
      after = page.at(-1)?.key ?? '';
    }
    if (!isFree()) return false;
    // In one commit: a conversation is read up to the first message that is missing.
    await Promise.all(entries.map((key) => documents.delete(history, key)));
    return true;
  }
}

/** Executions that have not ended, and the keys of their sessions. */
export interface InUse {
  readonly ids: readonly string[];
  readonly sessions: ReadonlySet<string>;
}

/** Does work on what nobody uses, and keeps everybody from it meanwhile. */
export type Alone = (key: string, work: (isFree: () => boolean) => Promise<boolean>) => Promise<boolean>;

const most = 10_000;

interface Conversation {
  readonly session: string;
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
        current = { session, at: 0 };
      }
      current.at = Math.max(current.at, at);
    }
    if (page.length < most) break;
    after = page.at(-1)?.key ?? '';
  }
  if (current !== undefined) yield current;
}
