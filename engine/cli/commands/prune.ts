import { openSqliteStore } from '../../adapters/store/sqlite.ts';
import { prune, type Pruned } from '../../upkeep/prune.ts';
import { pruneOrder } from '../../upkeep/upkeep.ts';
import { exitCodes } from '../exit-codes.ts';
import { openProgram } from '../open-program.ts';
import { count } from '../report/summary.ts';
import type { Terminal } from '../terminal.ts';

/** Options of `engine runs prune`. */
export interface PruneRunsOptions {
  readonly project: string;
  /** Milliseconds; default: what the project says. */
  readonly olderThan?: number;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/**
 * Removes finished work of a project's store. Throws Problem `store_locked` while an engine is at work on it, which does the same by
 * itself every hour; a dry run works beside it.
 */
export async function pruneRuns(options: PruneRunsOptions, { out, err }: Terminal): Promise<number> {
  const { olderThan, dryRun = false, json = false } = options;
  const program = await openProgram(options.project, { out, err });
  if (program.settings.store.type === 'memory') {
    err.line('runs are kept in memory (store.type in engine.yaml); there is nothing to remove');
    return exitCodes.ok;
  }
  const now = Date.now();
  const order = {
    ...pruneOrder(program, now),
    ...(olderThan === undefined ? {} : { runsBefore: now - olderThan }),
    dryRun,
  };
  const store = await openSqliteStore({ path: program.settings.store.path, readOnly: dryRun });
  try {
    const pruned = await prune(store, order);
    if (!dryRun) await store.vacuum();
    if (json) out.line(JSON.stringify({ ...pruned, dryRun }, null, 2));
    else out.line(lineOf(pruned, dryRun));
    return exitCodes.ok;
  } finally {
    await store.close();
  }
}

function lineOf({ executions, events, sessions, callbacks, versions }: Pruned, dryRun: boolean): string {
  const parts = [
    `${count(executions, 'finished execution')} (runs and prompts)`,
    ...(events === 0 ? [] : [`the events of ${events} more`]),
    ...(sessions === 0 ? [] : [count(sessions, 'conversation')]),
    ...(callbacks === 0 ? [] : [`${callbacks} ${callbacks === 1 ? 'delivery' : 'deliveries'} to callbacks`]),
    ...(versions === 0 ? [] : [`${count(versions, 'old version')} of the project`]),
  ];
  return `${parts.join(', ')} ${dryRun ? 'would be removed' : 'removed'}`;
}
