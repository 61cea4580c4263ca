import type { Execution, Store } from './ports/store.ts';
import { forgetRun, forgetSessions } from './session/index.ts';
import { versionNamespace } from './versions.ts';

/** What is to go; times are milliseconds since 1970, and what is absent is kept. */
export interface PruneOrder {
  /** Executions that ended before this, with everything that is stored of them. */
  readonly runsBefore?: number;
  /** Events of executions that ended before this. */
  readonly eventsBefore?: number;
  /** Conversations whose last message came before this. */
  readonly sessionsBefore?: number;
  /** Idempotency keys of executions that ended before this. */
  readonly keysBefore?: number;
  /** A stored version of the project that stays in any case. */
  readonly specs?: string | undefined;
  /** Tells of the key of a session that somebody uses. */
  readonly isAtWork?: (session: string) => boolean;
  /** Tells that it shall stop where it is. */
  readonly isStopped?: () => boolean;
  /** Only counts; default false. */
  readonly dryRun?: boolean;
}

/** How much went. */
export interface Pruned {
  /** Runs and submissions. */
  readonly executions: number;
  /** Executions that stayed and lost their events. */
  readonly events: number;
  readonly sessions: number;
  /** Versions of the project that nothing needs any more. */
  readonly versions: number;
}

/**
 * Removes finished work that is not kept any longer, and versions of the project that no execution needs: those that have not ended,
 * and those that failed or were cancelled, which can be done again. One thing at a time, so that it may stop anywhere.
 */
export async function prune(store: Store, order: PruneOrder): Promise<Pruned> {
  const { dryRun = false, runsBefore = 0, eventsBefore = 0, isAtWork = () => false } = order;
  const { isStopped = () => false } = order;
  const before = Math.max(runsBefore, eventsBefore);
  let executions = 0;
  let events = 0;
  /** The last one that stays; pages go on behind it. */
  let after: string | undefined;
  for (let isMore = before > 0; isMore;) {
    const page = await store.executions.ended(before, {
      limit: pageSize,
      ...(after === undefined ? {} : { after }),
    });
    for (const execution of page) {
      if (isStopped()) return { executions, events, sessions: 0, versions: 0 };
      const { id, endedAt = 0 } = execution;
      const goes = endedAt < runsBefore;
      if (goes) executions += 1;
      if (goes && !dryRun) await remove(store, execution);
      else after = id;
      if (goes || endedAt >= eventsBefore) continue;
      if (dryRun ? (await store.events.last(id)) > 0 : await store.events.remove(id)) events += 1;
    }
    isMore = page.length === pageSize;
  }
  if (order.keysBefore !== undefined && !dryRun) await store.executions.forgetKeys(order.keysBefore);
  const sessions =
    order.sessionsBefore === undefined
      ? 0
      : await forgetSessions(store.documents, {
          before: order.sessionsBefore,
          ...(await unfinished(store, isAtWork)),
          dryRun,
        });
  return { executions, events, sessions, versions: await dropVersions(store, order.specs, dryRun) };
}

const pageSize = 500;

async function remove(store: Store, execution: Execution): Promise<void> {
  // What is not found without its run goes first.
  if (execution.kind === 'run') await forgetRun(store.documents, execution);
  await store.executions.remove(execution.id);
}

/** What belongs to executions that have not ended. */
async function unfinished(
  { executions }: Store,
  isAtWork: (session: string) => boolean,
): Promise<{ isAtWork: (session: string) => boolean; inUse: readonly string[] }> {
  const keys = new Set<string>();
  const inUse: string[] = [];
  for (let before: string | undefined; ;) {
    const page = await executions.list({
      states: ['queued', 'running', 'waiting'],
      limit: 1000,
      ...(before === undefined ? {} : { before }),
    });
    for (const { id, key } of page) {
      inUse.push(id);
      if (key !== '') keys.add(key);
    }
    if (page.length < 1000) break;
    before = page.at(-1)?.id;
  }
  return { isAtWork: (session) => keys.has(session) || isAtWork(session), inUse };
}

async function dropVersions(
  { documents, executions }: Store,
  current: string | undefined,
  dryRun: boolean,
): Promise<number> {
  const stored = await documents.keys(versionNamespace, { limit: 10_000 });
  const needed = new Set(await executions.specs());
  if (current !== undefined) needed.add(current);
  const unneeded = stored.filter(({ key }) => !needed.has(key));
  if (!dryRun) for (const { key } of unneeded) await documents.delete(versionNamespace, key);
  return unneeded.length;
}
