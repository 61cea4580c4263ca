import { encodeKey, instanceKey } from '../../core/ids.ts';
import { Problem } from '../../core/problem.ts';
import { openStates } from '../../core/status.ts';
import type { Documents, Store } from '../../ports/store.ts';
import { checkAddress } from '../address.ts';
import { namespace as history } from '../entry.ts';
import { namespace as workspaces } from '../workspaces/workspace.ts';
import { nextName } from './list-sessions.ts';

/** Instances of an agent that have a session, in the order of their keys. Costs a few reads for each session. */
export async function listInstances(
  documents: Documents,
  agent: string,
  { after = '', limit = 100 }: { readonly after?: string; readonly limit?: number },
): Promise<readonly { readonly instance: string; readonly sessions: number }[]> {
  checkAddress({ instance: after === '' ? 'any' : after, session: 'any' });
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
    throw new Problem('invalid_request', '"limit" must be a whole number from 1 to 1000');
  const prefix = `${encodeKey(agent)}.`;
  const found: { instance: string; sessions: number }[] = [];
  let last = after === '' ? '' : encodeKey(after);
  while (found.length < limit) {
    const name = await nextName(documents, prefix, last);
    if (name === undefined) break;
    last = name;
    found.push({
      instance: decodeURIComponent(name),
      sessions: await countNames(documents, `${prefix}${name}.`),
    });
  }
  return found;
}

/** Whether anything is stored of an instance: a conversation, or files. */
export async function hasInstance(documents: Documents, agent: string, instance: string): Promise<boolean> {
  const key = instanceKey(agent, instance);
  const [entries, files] = await Promise.all([
    documents.keys(history, { prefix: `${key}.`, limit: 1 }),
    documents.get(workspaces, key),
  ]);
  return entries.length > 0 || files !== undefined;
}

/** Whether anything that was asked of an instance has not ended. */
export async function isAtWork({ executions }: Store, agent: string, instance: string): Promise<boolean> {
  const under = instanceKey(agent, instance);
  return (
    (await executions.list({ kind: 'submission', name: agent, under, states: openStates, limit: 1 })).length >
    0
  );
}

async function countNames(documents: Documents, prefix: string): Promise<number> {
  let count = 0;
  for (let last = ''; ; count += 1) {
    const name = await nextName(documents, prefix, last);
    if (name === undefined) return count;
    last = name;
  }
}
