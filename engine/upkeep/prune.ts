import { openStates } from '../core/status.ts';
import { forgetDeliveries } from '../callbacks/forget.ts';
import type { Execution, Store } from '../ports/store.ts';
import {
  documentsOfRun,
  forgetSessions,
  helpersStored,
  type Alone,
  type InUse,
  partialTexts,
} from '../session/index.ts';
import { versionNamespace } from '../runs/versions.ts';

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
  /** Removes a stored version, false when work that is not admitted yet may be about to begin on it; default: removes any. */
  readonly drop?: (specs: string) => Promise<boolean>;
  /** Does work on a session or instance, by its key, that nobody uses; default: nobody does. */
  readonly alone?: Alone;
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
  /** Deliveries to callbacks. */
  readonly callbacks: number;
  /** Versions of the project that nothing needs any more. */
  readonly versions: number;
}

/**
 * Removes finished work that is not kept any longer, and versions of the project that no execution needs: those that have not ended,
 * and those that failed or were cancelled, which can be done again. A little at a time, so that it may stop anywhere.
 */
export async function prune(store: Store, order: PruneOrder): Promise<Pruned> {
  const { dryRun = false, runsBefore = 0, eventsBefore = 0, alone = nobodyElse } = order;
  const { isStopped = () => false } = order;
  const helpers = runsBefore > 0 ? await helpersStored(store.documents) : [];
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
    for (let start = 0; start < page.length; start += atOnce) {
      if (isStopped()) return { executions, events, sessions: 0, callbacks: 0, versions: 0 };
      const some = page.slice(start, start + atOnce);
      const goes = ({ endedAt = 0 }: Execution): boolean => endedAt < runsBefore;
      const going = some.filter(goes);
      const staying = some.filter((execution) => !goes(execution));
      executions += going.length;
      after = (dryRun ? some : staying).at(-1)?.id ?? after;
      if (!dryRun) await Promise.all(going.map((execution) => remove(store, execution, helpers)));
      const without = await Promise.all(
        staying
          .filter(({ endedAt = 0 }) => endedAt < eventsBefore)
          .map(async ({ id }) => (dryRun ? (await store.events.last(id)) > 0 : store.events.remove(id))),
      );
      events += without.filter((had) => had).length;
    }
    isMore = page.length === pageSize;
  }
  if (!dryRun) await dropPartials(store, runsBefore);
  if (order.keysBefore !== undefined && !dryRun) await store.executions.forgetKeys(order.keysBefore);
  const sessions =
    order.sessionsBefore === undefined
      ? 0
      : await forgetSessions(store.documents, {
          before: order.sessionsBefore,
          alone,
          inUse: await unfinished(store),
          dryRun,
        });
  const callbacks = await forgetDeliveries(store, { before: runsBefore, dryRun, isStopped });
  return {
    executions,
    events,
    sessions,
    callbacks,
    versions: await dropVersions(store, order, dryRun),
  };
}

const pageSize = 500;

/** How many are dealt with in one commit, for which other work may wait. */
const atOnce = 50;

async function remove(
  { documents, executions }: Store,
  execution: Execution,
  helpers: readonly string[],
): Promise<void> {
  const also = execution.kind === 'run' ? await documentsOfRun(documents, execution, helpers) : [];
  // In one commit, since what belongs to a run is not found without it.
  await Promise.all([
    ...also.map(([namespace, key]) => documents.delete(namespace, key)),
    executions.remove(execution.id),
  ]);
}

const nobodyElse: Alone = (_key, work) => work(() => true);

async function unfinished({ executions }: Store): Promise<InUse> {
  const ids: string[] = [];
  const sessions = new Set<string>();
  for (let before: string | undefined; ;) {
    const page = await executions.list({
      states: openStates,
      brief: true,
      limit: 1000,
      ...(before === undefined ? {} : { before }),
    });
    for (const { id, key } of page) {
      ids.push(id);
      if (key !== '') sessions.add(key);
    }
    if (page.length < 1000) break;
    before = page.at(-1)?.id;
  }
  return { ids, sessions };
}

/** What models had written in work that was never taken up again. */
async function dropPartials({ documents }: Store, before: number): Promise<void> {
  for (let after = ''; before > 0;) {
    const page = await documents.keys(partialTexts, { after, limit: pageSize });
    for (const { key, at } of page) if (at < before) await documents.delete(partialTexts, key);
    if (page.length < pageSize) return;
    after = page.at(-1)?.key ?? '';
  }
}

async function dropVersions(
  { documents, executions }: Store,
  { specs: current, drop }: PruneOrder,
  dryRun: boolean,
): Promise<number> {
  const stored = await documents.keys(versionNamespace, { limit: 10_000 });
  const needed = new Set(await executions.specs());
  if (current !== undefined) needed.add(current);
  const unneeded = stored.filter(({ key }) => !needed.has(key));
  if (dryRun) return unneeded.length;
  let dropped = 0;
  for (const { key } of unneeded) {
    if (drop === undefined) await documents.delete(versionNamespace, key);
    else if (!(await drop(key))) continue;
    dropped += 1;
  }
  return dropped;
}
