import { asProblem, Problem } from '../../core/problem.ts';
import type { Execution, Signal, Store } from '../../ports/store.ts';
import { nothingBefore, readBefore, type Before } from './before.ts';

/** What a process finds of an execution that another one left. */
export interface Stored {
  readonly execution: Execution;
  readonly before: Before;
  readonly signals: readonly Signal[];
  /** Why it cannot be carried on. */
  readonly damage: Problem | undefined;
}

/** Reads what is stored of an execution. What cannot be read is its own fault alone, and told as its damage. */
export async function readStored(store: Store, execution: Execution): Promise<Stored> {
  const { id, damage } = execution;
  try {
    const [before, signals] = await Promise.all([readBefore(store, execution), store.signals.all(id)]);
    const why = `what is stored of "${id}" is damaged: ${damage}`;
    return {
      execution,
      before,
      signals,
      damage: damage === undefined ? undefined : new Problem('store_corrupt', why),
    };
  } catch (thrown) {
    const problem = asProblem(thrown);
    if (problem.code !== 'store_corrupt') throw thrown;
    const before = { ...nothingBefore, last: await store.events.last(id) };
    return { execution, before, signals: [], damage: problem };
  }
}
