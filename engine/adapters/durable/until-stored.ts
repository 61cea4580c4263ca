import { readBefore } from './before.ts';
import type { Surroundings } from './carry.ts';
import { receivedSignals } from './context.ts';
import type { Entry } from './entry.ts';
import { createInbox } from './inbox.ts';

/** Milliseconds between attempts to go on when the store failed. */
export const storeRetryMs = 500;

/** Waits until the store takes what it did not, and reads what it has. Gives up when the execution is to stop. */
export async function untilStored(
  entry: Entry,
  { store, clock }: Pick<Surroundings, 'store' | 'clock'>,
): Promise<void> {
  const { execution, log } = entry;
  const { signal } = entry.attempt();
  while (!signal.aborted) {
    try {
      await clock.sleep(storeRetryMs, signal);
      await log.flush();
      const before = await readBefore(store, execution);
      // In its place before it is filled, so that what comes meanwhile is put into this one.
      const inbox = createInbox([], receivedSignals(before.records));
      entry.inbox = inbox;
      for (const one of await store.signals.all(execution.id)) inbox.put(one);
      entry.before = before;
      entry.isAgain = true;
      return;
    } catch {
      // Still no room, or no disk.
    }
  }
}
