import { encodeKey, type SessionAddress } from '../../core/ids.ts';
import type { Agent } from '../../program/agent.ts';
import type { Documents } from '../../ports/store.ts';
import { namespace } from '../history.ts';

/** The session in which a helper does a task of another session. Its name begins with the agent and the session that gave it. */
export function childSession(
  parent: SessionAddress,
  helper: Pick<Agent, 'name'>,
  ...task: readonly string[]
): SessionAddress {
  return {
    agent: `task:${helper.name}`,
    instance: parent.instance,
    session: encodeKey(parent.agent, parent.session, ...task),
  };
}

/**
 * The sessions of all tasks of a session, and of their tasks, that have a history.
 * @param helpers names of all agents and profiles.
 */
export async function childSessionsOf(
  documents: Documents,
  parent: SessionAddress,
  helpers: readonly string[],
): Promise<readonly SessionAddress[]> {
  const found: SessionAddress[] = [];
  for (const name of helpers) {
    const agent = `task:${name}`;
    const begin = `${encodeKey(parent.agent, parent.session)}.`;
    const prefix = encodeKey(agent, parent.instance, begin);
    const names = new Set<string>();
    for (let after = ''; ;) {
      const page = await documents.keys(namespace, { prefix, after, limit: pageSize });
      for (const { key } of page) names.add(decodeURIComponent(key.split('.')[2] ?? ''));
      if (page.length < pageSize) break;
      after = page.at(-1)?.key ?? '';
    }
    for (const session of names) {
      const child: SessionAddress = { agent, instance: parent.instance, session };
      found.push(child, ...(await childSessionsOf(documents, child, helpers)));
    }
  }
  return found;
}

const pageSize = 10_000;
