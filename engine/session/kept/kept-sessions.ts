import { instanceKey, sessionKey, type SessionAddress } from '../../core/ids.ts';
import type { Json } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import { openStates } from '../../core/status.ts';
import type { Documents } from '../../ports/store.ts';
import { busy, checkAddress, named } from '../address.ts';
import { childSessionsOf } from '../tasks/child-session.ts';
import { entryKey, headKey, madeKey, namespace, type Entry } from '../entry.ts';
import { forgetSubmissions } from '../submissions/forget-submissions.ts';
import { hasInstance, isAtWork, listInstances } from './instances.ts';
import { listSessions, type SessionNote } from './list-sessions.ts';
import type { LiveSession, LiveSessions } from '../live-sessions.ts';
import { pageEntries, placedEntries, placeOf, type EntryList, type EntryPage } from './page-entries.ts';
import type { SessionPorts } from '../ports.ts';
import { readLines, sessionLines } from './session-lines.ts';
import { namespace as workspaces } from '../workspaces/workspace.ts';

/** What is stored of sessions. */
export interface KeptSessions {
  /** Sessions of an instance by name, those of tasks left out. */
  list(
    instance: Omit<SessionAddress, 'session'>,
    page: { readonly after?: string; readonly limit?: number },
  ): Promise<readonly SessionNote[]>;
  /** Instances of an agent that have a session, by their ids. */
  instances(
    agent: string,
    page: { readonly after?: string; readonly limit?: number },
  ): ReturnType<typeof listInstances>;
  /** Removes all sessions of an instance and its files. Throws Problem `session_not_found`, `session_busy`. */
  removeInstance(
    instance: Omit<SessionAddress, 'session'>,
    options: { readonly abort: boolean; readonly records: boolean },
  ): Promise<void>;
  /** Throws Problem `session_not_found`. */
  demand(address: SessionAddress): Promise<void>;
  /** Throws Problem `conflict` when there is one. */
  create(address: SessionAddress): Promise<void>;
  /** Throws Problem `session_not_found`, `conflict` (the new one exists), `invalid_request` (no such entry). */
  fork(address: SessionAddress, session: string, at: string | undefined): Promise<void>;
  /** Throws Problem `session_not_found`, `session_busy`. */
  remove(
    address: SessionAddress,
    options: { readonly abort: boolean; readonly records: boolean },
  ): Promise<void>;
  /** A page of the entries; an unknown session has none. */
  entries(address: SessionAddress, page: EntryPage): Promise<EntryList>;
  /** The lines of a session, each with its end. Throws Problem `session_not_found`. */
  export(address: SessionAddress): AsyncIterable<string>;
  /** Makes a session of such lines, all or nothing. Throws Problem `conflict`, `invalid_input` (with the line). */
  import(address: SessionAddress, lines: Iterable<string> | AsyncIterable<string>): Promise<void>;
}

/** See `KeptSessions`. */
export function createKeptSessions(
  ports: SessionPorts,
  live: LiveSessions,
  abort: (address: SessionAddress, reason: string) => Promise<boolean>,
): KeptSessions {
  const { durable, clock, store } = ports;
  const { documents } = store;

  const has = async (address: SessionAddress): Promise<boolean> => {
    const key = sessionKey(address);
    return (await documents.keys(namespace, { prefix: `${key}.`, limit: 1 })).length > 0;
  };
  const demand = async (address: SessionAddress): Promise<void> => {
    checkAddress(address);
    // One whose first message is admitted, and not yet in its history, is there.
    if (durable.count(sessionKey(address)) > 0 || (await has(address))) return;
    throw new Problem('session_not_found', `there is no ${named(address)}`);
  };
  const unfinished = async ({ agent, ...rest }: SessionAddress): Promise<readonly string[]> => {
    const key = sessionKey({ agent, ...rest });
    const found = await store.executions.list({
      ...{ kind: 'submission', name: agent, under: key, states: openStates },
      ...{ brief: true, limit: 1_000 },
    });
    return found.filter((one) => one.key === key).map(({ id }) => id);
  };
  const endWork = async (address: SessionAddress): Promise<void> => {
    const reason = 'the session was deleted';
    await abort(address, reason);
    const left = await unfinished(address);
    await Promise.all(left.map((id) => durable.cancel(id, new Problem('aborted', reason))));
    await Promise.all(durable.pending(sessionKey(address)).map((id) => durable.result(id, undefined, true)));
  };
  /** Writes a session that must not exist, in one commit, while nothing works in it. */
  const make = async (
    address: SessionAddress,
    write: () => Promise<readonly Promise<void>[]>,
  ): Promise<void> => {
    checkAddress(address);
    const key = sessionKey(address);
    if (durable.count(key) > 0) throw exists(address);
    await alone(live, address, async (session) => {
      if (await has(address)) throw exists(address);
      const writes = await write();
      await Promise.all([documents.set(namespace, madeKey(key), { at: clock.now() }), ...writes]);
      session.forget();
    });
  };

  const kept: KeptSessions = {
    async list(instance, page) {
      const found = await listSessions(documents, instance, page);
      return found.map((note) => {
        const pending = durable.count(sessionKey({ ...instance, session: note.session }));
        return { ...note, state: pending === 0 ? 'idle' : 'busy', pending };
      });
    },
    instances: (agent, page) => listInstances(documents, agent, page),
    async removeInstance({ agent, instance }, options) {
      checkAddress({ instance, session: 'any' });
      if (!(await hasInstance(documents, agent, instance)))
        throw new Problem('session_not_found', `there is no instance "${instance}" of agent "${agent}"`);
      const atWork = new Problem('session_busy', `instance "${instance}" of agent "${agent}" is at work`);
      if (!options.abort && (await isAtWork(store, agent, instance))) throw atWork;
      for (;;) {
        const found = await listSessions(documents, { agent, instance }, { limit: 100 });
        for (const { session } of found) await kept.remove({ agent, instance, session }, options);
        if (found.length < 100) break;
      }
      // Files that are open in memory would be stored again.
      await live.trim(0);
      const key = instanceKey(agent, instance);
      const isGone = await live.alone(key, async () => {
        await documents.delete(workspaces, key);
        await ports.sandboxes.forget?.(key);
        return true;
      });
      if (!isGone) throw new Problem('session_busy', `instance "${instance}" of agent "${agent}" is at work`);
    },
    demand,
    create: (address) => make(address, () => Promise.resolve([])),

    async fork(address, session, at) {
      await demand(address);
      const key = sessionKey(address);
      const target = { ...address, session };
      await make(target, async () => {
        const end = at === undefined ? Number.MAX_SAFE_INTEGER : placeOf(at) + 1;
        const found = await placedEntries(documents, key, 0, end);
        if (at !== undefined && found.length < end)
          throw new Problem('invalid_request', `${named(address)} has no entry "${at}"`);
        return writeAll(
          documents,
          sessionKey(target),
          found.map(({ entry, at }) => ({ ...entry, at })),
        );
      });
    },

    async remove(address, options) {
      await demand(address);
      const key = sessionKey(address);
      if (options.abort) await endWork(address);
      // What another process left is not pending in this one.
      if ((await unfinished(address)).length > 0) throw busy(address);
      if (durable.count(key) > 0 || live.get(address).queue.length > 0) throw busy(address);
      await alone(live, address, async (session) => {
        // Before the conversation, without which nobody could ask for this again.
        if (options.records) {
          await forgetSubmissions(store, address);
          await ports.forgetTold?.(key);
        }
        const { agents, delegates } = ports.program;
        const helpers = [...new Set([...Object.keys(agents), ...Object.keys(delegates)])];
        const children = await childSessionsOf(documents, address, helpers);
        const found = await Promise.all(
          [address, ...children].map((one) => keysOf(documents, sessionKey(one))),
        );
        // In one commit: a conversation is read up to the first entry that is missing.
        await Promise.all([
          ...found.flat().map((entry) => documents.delete(namespace, entry)),
          ...children.map((child) =>
            documents.delete(workspaces, instanceKey(child.agent, `${child.instance}/${child.session}`)),
          ),
        ]);
        for (const { agent, instance, session: name } of children)
          await ports.sandboxes.forget?.(instanceKey(agent, `${instance}/${name}`));
        session.forget();
      });
    },

    async entries(address, page) {
      checkAddress(address);
      return pageEntries(documents, sessionKey(address), page);
    },

    async *export(address) {
      await demand(address);
      yield* sessionLines(documents, address);
    },

    async import(address, lines) {
      checkAddress(address);
      const entries = await readLines(lines, ports.redact);
      await make(address, () => Promise.resolve(writeAll(documents, sessionKey(address), entries)));
    },
  };
  return kept;
}

/** Does something in a session that no prompt runs beside. */
async function alone(
  live: LiveSessions,
  address: SessionAddress,
  work: (session: LiveSession) => Promise<void>,
): Promise<void> {
  const session = live.get(address);
  await session.queue.run(new AbortController().signal, () => work(session));
  await live.trim();
}

/** Asks for all writes at once, so that they are one commit. */
function writeAll(documents: Documents, key: string, entries: readonly Entry[]): readonly Promise<void>[] {
  const writes = entries.map((entry, place) =>
    documents.set(namespace, entryKey(key, place), entry as unknown as Json),
  );
  const at = entries.findLastIndex(({ role }) => role === 'compaction');
  const last = entries[at];
  if (last?.role === 'compaction')
    writes.push(documents.set(namespace, headKey(key), { at, from: last.from }));
  return writes;
}

async function keysOf(documents: Documents, key: string): Promise<readonly string[]> {
  const keys: string[] = [];
  for (let after = ''; ;) {
    const page = await documents.keys(namespace, { prefix: `${key}.`, after, limit: 10_000 });
    keys.push(...page.map((one) => one.key));
    if (page.length < 10_000) return keys;
    after = keys.at(-1) ?? '';
  }
}

function exists(address: SessionAddress): Problem {
  return new Problem('conflict', `there is a ${named(address)} already`);
}
