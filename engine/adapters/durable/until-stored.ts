import { asProblem, type Problem } from '../../core/problem.ts';
import { readBefore } from './before.ts';
import type { Surroundings } from './carry.ts';
import { receivedSignals } from './context.ts';
import type { Entry } from './entry.ts';
import { createInbox } from './inbox.ts';

/** Whether what the store refused may be taken when it is tried again: it may not when the store can do nothing with it, ever. */
export function mayPass(problem: Problem): boolean {
  return problem.code === 'store_unavailable' && problem.retryable;
}

/** Milliseconds before the store is tried again that failed so many times; 1 or more. */
export function storeRetryMs(failures: number): number {
  return Math.min(500 * 2 ** (failures - 1), 5000);
}

/**
 * Waits until the store takes what it did not, and reads what it has, so that the work goes on from there. Looks at once when the
 * execution is to end, since how it ends depends on what is recorded. Gives up when its engine closes; gives the problem when waiting
 * is of no use.
 */
export async function untilStored(
  entry: Entry,
  { store, clock }: Pick<Surroundings, 'store' | 'clock'>,
  closing: AbortSignal,
): Promise<Problem | undefined> {
  const { execution, log } = entry;
  const { signal } = entry.attempt();
  for (let failures = 1; !closing.aborted; failures += 1) {
    await clock
      .sleep(storeRetryMs(failures), entry.stopped === undefined ? signal : closing)
      .catch(() => undefined);
    if (closing.aborted) return undefined;
    try {
      await log.flush();
      const before = await readBefore(store, execution);
      // In its place before it is filled, so that what comes meanwhile is put into this one.
      const inbox = createInbox([], receivedSignals(before.records));
      entry.inbox = inbox;
      for (const one of await store.signals.all(execution.id)) inbox.put(one);
      entry.before = before;
      entry.isAgain = true;
      return undefined;
    } catch (thrown) {
      // Else still no room, or no disk.
      if (!mayPass(asProblem(thrown))) return asProblem(thrown);
    }
  }
  return undefined;
}
