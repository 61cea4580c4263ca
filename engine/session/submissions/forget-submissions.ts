import { sessionKey, type SessionAddress } from '../../core/ids.ts';
import { isTerminal } from '../../core/status.ts';
import type { Store } from '../../ports/store.ts';

/** Removes the records of everything that a session was asked and that has ended, with their events. Walks all records of the agent. */
export async function forgetSubmissions({ executions }: Store, address: SessionAddress): Promise<void> {
  const key = sessionKey(address);
  for (let before: string | undefined; ;) {
    const page = await executions.list({
      kind: 'submission',
      name: address.agent,
      limit,
      ...(before === undefined ? {} : { before }),
    });
    for (const execution of page)
      if (execution.key === key && isTerminal(execution.state)) await executions.remove(execution.id);
    if (page.length < limit) return;
    before = page.at(-1)?.id;
  }
}

const limit = 1_000;
