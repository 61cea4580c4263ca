import { fromData } from '../../core/problem.ts';
import { isTerminal } from '../../core/status.ts';
import type { Worker } from '../../ports/durable.ts';
import type { Execution } from '../../ports/store.ts';
import { failed } from './carry.ts';
import { receivedSignals } from './context.ts';
import type { EmbeddedOptions } from './embedded.ts';
import { Entry } from './entry.ts';
import type { Held } from './held.ts';
import { createInbox } from './inbox.ts';
import { readStored, type Stored } from './stored.ts';

/** Takes in what another process left. */
export interface Adoption {
  /** Takes up what this process owns but was told to leave alone when it started, once; nothing of what it holds or what has ended. */
  adopt(execution: Execution | undefined): Promise<void>;
  /** Says that an execution was signalled or cancelled: one that is being adopted is read once more. */
  changed(id: string): void;
  /** Gives what was read its place; the result begins it, when its turn has come. */
  takeIn(stored: Stored): () => Promise<void> | undefined;
}

/** Adopts nothing at first. */
export function createAdoption(
  held: Held,
  workerOf: (kind: Execution['kind']) => Worker,
  options: EmbeddedOptions,
): Adoption {
  const { store, openLog } = options;
  const adopting = new Map<string, Promise<void>>();
  /** What of these changed since it was read. */
  const late = new Set<string>();

  return {
    async adopt(execution) {
      if (
        execution === undefined ||
        isTerminal(execution.state) ||
        held.get(execution.id) !== undefined ||
        held.isClosed
      )
        return;
      const { id } = execution;
      const taken =
        adopting.get(id) ??
        takeUp(execution).finally(() => {
          adopting.delete(id);
          late.delete(id);
        });
      adopting.set(id, taken);
      await taken;
    },
    changed(id) {
      if (adopting.has(id)) late.add(id);
    },
    takeIn,
  };

  /** Takes up what another process left, or nothing of it when it cannot be read. */
  async function takeUp({ id }: Execution): Promise<void> {
    // As it is now: it may have ended here since it was read.
    const execution = await store.executions.get(id);
    if (execution === undefined || isTerminal(execution.state)) return;
    let stored = await readStored(store, execution);
    while (late.delete(id) && stored.damage === undefined) {
      const [now = execution, signals] = await Promise.all([store.executions.get(id), store.signals.all(id)]);
      stored = { ...stored, execution: now, signals };
    }
    if (held.isClosed) return;
    // Nothing is awaited between: what comes from here on is given to who holds it.
    await takeIn(stored)();
  }

  function takeIn({ execution, before, signals, damage }: Stored): () => Promise<void> | undefined {
    const worker = workerOf(execution.kind);
    const entry = new Entry({
      execution,
      worker,
      before,
      log: openLog(execution.id, { from: before.last, notBefore: before.lastAt, execution }),
      mustMark: true,
      rested: held.rested,
      inbox: createInbox(signals, receivedSignals(before.records)),
    });
    const reason = damage ?? (execution.cancel && fromData(execution.cancel));
    if (reason !== undefined) {
      entry.stop(reason);
      held.add(entry);
      return () => held.end(entry, failed(reason, options));
    }
    const { isTurn } = held.enter(entry, worker.limit?.(execution) ?? 1);
    return () => {
      if (isTurn) void held.carry(entry);
      return undefined;
    };
  }
}
