import { instanceKey } from '../core/ids.ts';
import type { Store } from '../ports/store.ts';
import { namespace as history } from './entry.ts';
import { namespace as workspaces } from './workspaces/workspace.ts';

const namespace = 'owners';

/** Most owners remembered. */
const maxRemembered = 10_000;

/** Whose the instances of agents are, where callers sign in. */
export interface Owners {
  /** The owner of an instance; undefined: nobody, or there is no such instance. */
  of(agent: string, instance: string): Promise<string | undefined>;
  /** Whether an instance could be claimed: there is none, and nobody has it. */
  isFree(agent: string, instance: string): Promise<boolean>;
  /**
   * Gives an instance that there is not yet to an owner, for good once something came of it; the first one wins. The owner it has then;
   * undefined: nobody's, since it was there before anybody could own it. Every claim of one's own ends with `settle`.
   */
  claim(agent: string, instance: string, owner: string): Promise<string | undefined>;
  /** Keeps an instance the owner's, if it is, until `settle`; takes nothing that is nobody's. The owner it has then. */
  join(agent: string, instance: string, owner: string): Promise<string | undefined>;
  /**
   * Ends a claim that its owner got, or a `join`. Unless something was made of it, or there is such an instance by now, or something else of
   * its owner is on the way to it, it is nobody's again. When the store refuses that, it stays its owner's.
   */
  settle(agent: string, instance: string, isMade: boolean): Promise<void>;
}

const known = new WeakMap<Store, Owners>();

/** Whether anybody has asked for the owners of a store: then there are callers who sign in, and what they ask has owners. */
export function hasOwners(store: Store): boolean {
  return known.has(store);
}

/** The owners that a store keeps. Costs a read for an instance that was not asked for lately, and one commit when it is claimed. */
export function ownersOf(store: Store): Owners {
  const found = known.get(store) ?? createOwners(store);
  known.set(store, found);
  return found;
}

function createOwners({ documents, executions }: Store): Owners {
  /** What is known or just being found out, so that questions about one instance go one after another. */
  const remembered = new Map<string, Promise<string | undefined>>();
  /** Of instances that were claimed and may not come about: how much is on the way to each. */
  const fresh = new Map<string, number>();

  const remember = (key: string, owner: Promise<string | undefined>): Promise<string | undefined> => {
    remembered.delete(key);
    remembered.set(key, owner);
    owner.catch(() => remembered.get(key) === owner && remembered.delete(key));
    const [oldest] = remembered.keys();
    if (remembered.size > maxRemembered && oldest !== undefined) remembered.delete(oldest);
    return owner;
  };
  const read = async (key: string): Promise<string | undefined> => {
    const owner = await documents.get(namespace, key);
    return typeof owner === 'string' ? owner : undefined;
  };

  const hold = (
    agent: string,
    instance: string,
    owner: string,
    ifNone: (key: string) => Promise<string | undefined>,
  ): Promise<string | undefined> => {
    const key = instanceKey(agent, instance);
    const before = remembered.get(key) ?? read(key);
    return remember(
      key,
      before.then((found) => {
        if (found === undefined) return ifNone(key);
        const others = fresh.get(key);
        if (others !== undefined && found === owner) fresh.set(key, others + 1);
        return found;
      }),
    );
  };

  const of = (agent: string, instance: string): Promise<string | undefined> => {
    const key = instanceKey(agent, instance);
    return remembered.get(key) ?? remember(key, read(key));
  };

  return {
    of,
    isFree: async (agent, instance) =>
      (await of(agent, instance)) === undefined && !(await exists(instanceKey(agent, instance))),
    claim: (agent, instance, owner) =>
      hold(agent, instance, owner, async (key) => {
        if (await exists(key)) return undefined;
        await documents.set(namespace, key, owner);
        fresh.set(key, 1);
        return owner;
      }),
    join: (agent, instance, owner) => hold(agent, instance, owner, () => Promise.resolve(undefined)),
    async settle(agent, instance, isMade) {
      const key = instanceKey(agent, instance);
      if (isMade) fresh.delete(key);
      if (!fresh.has(key)) return;
      const before = remembered.get(key) ?? read(key);
      const end = async (owner: string | undefined): Promise<string | undefined> => {
        const others = (fresh.get(key) ?? 0) - 1;
        if (others > 0) fresh.set(key, others);
        else if (fresh.delete(key) && !(await exists(key))) {
          await documents.delete(namespace, key);
          return undefined;
        }
        return owner;
      };
      const keep = (thrown: unknown): never => {
        fresh.delete(key);
        throw thrown;
      };
      await remember(key, before.then(end, keep));
    },
  };

  async function exists(key: string): Promise<boolean> {
    const [entries, files, submissions] = await Promise.all([
      documents.keys(history, { prefix: `${key}.`, limit: 1 }),
      documents.get(workspaces, key),
      executions.list({ kind: 'submission', under: key, limit: 1 }),
    ]);
    return entries.length > 0 || files !== undefined || submissions.length > 0;
  }
}
