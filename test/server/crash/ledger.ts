import { expect } from 'chai';
import { unmade } from '../../../engine/adapters/store/sqlite-open.ts';
import { openSqliteStore } from '../../../engine/adapters/store/sqlite.ts';
import { asProblem } from '../../../engine/core/problem.ts';
import { isTerminal } from '../../../engine/core/status.ts';
import type { Execution, Store } from '../../../engine/ports/store.ts';
import type { Effect } from './outside.ts';

/** Holds what was done outside to what the store has recorded. */
export interface Ledger {
  /** Between two lives: remembers what is recorded, and how often it had been done by then. Says whether any work is unfinished. */
  look(): Promise<boolean>;
  /**
   * In the end: no step was done again after its record, none twice in one life, and none without a record of its key. A step whose
   * record a store refused that is not sound may be done again in one life, as after a crash.
   */
  judge(isStoreSound: boolean): void;
}

/** A ledger of a store file. */
export function ledgerOf(path: string, effects: readonly Effect[]): Ledger {
  /** How often recorded steps had been done when they were first seen recorded, by run and path. */
  const recorded = new Map<string, number>();
  const settled = new Set<string>();

  return {
    async look() {
      // A server that died at once may not have made its tables.
      const store = await openSqliteStore({ path, readOnly: true }).catch((thrown: unknown) => {
        if (asProblem(thrown).message.endsWith(unmade)) return undefined;
        throw thrown;
      });
      if (store === undefined) return false;
      try {
        const counts = countsOf(effects);
        let isUnfinished = false;
        for (const execution of await allExecutions(store)) {
          const { id, kind, state } = execution;
          if (settled.has(id)) continue;
          if (!isTerminal(state)) isUnfinished = true;
          else settled.add(id);
          if (kind !== 'run') continue;
          for (const key of (await store.checkpoints.all(id)).keys()) {
            const step = `${id} ${key}`;
            if (!recorded.has(step)) recorded.set(step, counts.get(step) ?? 0);
          }
        }
        return isUnfinished;
      } finally {
        await store.close();
      }
    },
    judge(isStoreSound) {
      const counts = countsOf(effects);
      for (const [step, count] of recorded)
        expect(counts.get(step) ?? 0, `${step} was recorded and done again`).to.equal(count);
      const keys = new Map<string, Set<string>>();
      const lives = new Map<string, number>();
      for (const { runId, stepPath, item, key, pid } of effects) {
        const step = `${runId} ${stepPath} ${item}`;
        // Calls of a model have no path; each has a key of its own.
        if (runId !== undefined && stepPath !== undefined && !item.includes(' use '))
          keys.set(step, (keys.get(step) ?? new Set()).add(key));
        if (pid !== undefined) lives.set(`${key} by ${pid}`, (lives.get(`${key} by ${pid}`) ?? 0) + 1);
      }
      for (const [step, all] of keys) expect(all.size, `keys of ${step}`).to.equal(1);
      if (isStoreSound)
        for (const [life, count] of lives) expect(count, `done twice in one life: ${life}`).to.equal(1);
      const once = new Map<string, number>();
      for (const { item, stepPath } of effects) {
        // A model's call of a tool that is not declared idempotent.
        const tool = toolOf(item);
        if (stepPath === undefined && tool !== undefined && tool !== 'safe')
          once.set(item, (once.get(item) ?? 0) + 1);
      }
      for (const [item, count] of once) expect(count, `"${item}" may be done once`).to.equal(1);
    },
  };
}

/** All executions of a store, the newest first. */
export async function allExecutions(store: Store): Promise<Execution[]> {
  const found: Execution[] = [];
  for (;;) {
    const before = found.at(-1)?.id;
    const page = await store.executions.list({ limit: 1000, ...(before === undefined ? {} : { before }) });
    found.push(...page);
    if (page.length < 1000) return found;
  }
}

/** The tool of an item `<message> use <tools>/<place>`. */
function toolOf(item: string): string | undefined {
  const [, tools = '', place = ''] = / use (.*)\/(\d+)$/.exec(item) ?? [];
  return tools.split(' ')[Number(place)];
}

function countsOf(effects: readonly Effect[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { runId, stepPath, item } of effects)
    if (!item.includes(' use '))
      counts.set(`${runId} ${stepPath}`, (counts.get(`${runId} ${stepPath}`) ?? 0) + 1);
  return counts;
}
