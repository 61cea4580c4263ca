import { sessionKey, type SessionAddress } from '../../core/ids.ts';
import { isTerminal } from '../../core/status.ts';
import type { Store } from '../../ports/store.ts';

/** Removes the records of everything that a session was asked and that has ended, with their events. */
export async function forgetSubmissions({ executions }: Store, address: SessionAddress): Promise<void> {
  const key = sessionKey(address);
  for (let before: string | undefined; ;) {
    const page = await executions.list({
      ...{ kind: 'submission', name: address.agent, under: key },
      ...{ brief: true, limit },
      ...(before === undefined ? {} : { before }),
    });
    for (const { id, key: at, state } of page) {
      if (at === key && isTerminal(state)) await executions.remove(id);
      // The next page begins behind what stays: what is gone has no place any more.
      else before = id;
    }
    if (page.length < limit) return;
  }
}

const limit = 1_000;
