import { instanceKey, sessionKey, type SessionAddress } from '../core/ids.ts';
import type { Problem } from '../core/problem.ts';
import type { Agent } from '../program/agent.ts';
import { loadHistory, type History } from './history.ts';
import type { SessionPorts } from './ports.ts';
import { createQueue, type Queue } from './queue.ts';
import { createWorkspace, type Workspace } from './workspaces/workspace.ts';

/** A session in memory: its queue, its history once read, and what stops its work. */
export interface LiveSession {
  readonly queue: Queue;
  /** One for each prompt running or waiting, oldest first. */
  readonly controllers: Set<AbortController>;
  history(): Promise<History>;
  /** Has the history be read again at its next use. While its turn is the caller's. */
  forget(): void;
}

/** The sessions and workspaces in memory. What is idle for long is let go and read again at the next prompt. */
export interface LiveSessions {
  get(address: SessionAddress): LiveSession;
  /** The session when it is in memory. */
  find(address: SessionAddress): LiveSession | undefined;
  /**
   * The workspace of the instance a session belongs to. When the agent's sandbox has become another one since it was opened, it is
   * opened anew, but not while anything works in it.
   */
  workspace(agent: Agent, address: SessionAddress): Workspace;
  /** Keeps a session and its files in memory until the result is called. */
  hold(address: SessionAddress): () => void;
  /** Drops the least recently used idle ones until so many are left; default 256. */
  trim(most?: number): Promise<void>;
  /**
   * Does work on what is stored of a session, or of an instance, that nobody uses: who comes meanwhile waits until it is done. False
   * when it is in use, and else what the work gives, which must change nothing any more once `isFree` is false.
   */
  alone(key: string, work: (isFree: () => boolean) => Promise<boolean>): Promise<boolean>;
  /** Aborts everything that runs or waits. */
  abort(reason: Problem): void;
  /** Closes the workspaces. */
  close(): Promise<void>;
}

const maxIdle = 256;

/** An empty registry. */
export function createLiveSessions(ports: SessionPorts): LiveSessions {
  const sessions = new Map<string, LiveSession>();
  const workspaces = new Map<
    string,
    { readonly workspace: Workspace; readonly place: string; readonly sessions: Set<string> }
  >();
  const owners = new Map<string, string>();
  /** Workspaces that are being closed, by owner. */
  const leaving = new Map<string, Promise<void>>();
  const held = new Map<string, number>();
  /** Settles when what somebody works on alone is whole again. */
  let emptied: Promise<void> | undefined;

  const live: LiveSessions = {
    get(address) {
      const key = sessionKey(address);
      const session = sessions.get(key) ?? open(key);
      // Re-inserting keeps the map in order of use.
      sessions.delete(key);
      sessions.set(key, session);
      const owner = instanceKey(address.agent, address.instance);
      owners.set(key, owner);
      workspaces.get(owner)?.sessions.add(key);
      return session;
    },
    find: (address) => sessions.get(sessionKey(address)),
    workspace(agent, address) {
      const key = instanceKey(address.agent, address.instance);
      let entry = workspaces.get(key);
      const place = placeOf(agent);
      const isOther = entry !== undefined && entry.place !== place;
      if (entry === undefined || (isOther && !isBusy(entry.sessions))) {
        const left = entry === undefined ? leaving.get(key) : leave(key, entry.workspace);
        const before = left?.catch(nothing);
        const own = createWorkspace(ports, agent.sandbox, {
          name: agent.name,
          id: address.instance,
          env: agent.env,
        });
        const workspace: Workspace = {
          ...own,
          open: async () => (await emptied, await before, own.open()),
        };
        entry = { workspace, place, sessions: entry?.sessions ?? new Set() };
        workspaces.set(key, entry);
      }
      entry.sessions.add(sessionKey(address));
      return entry.workspace;
    },
    async alone(key, work) {
      const isFree = (): boolean => !isUsed(key);
      if (!isFree()) return false;
      const done = work(isFree);
      // Who comes waits for all of them.
      const over: Promise<void> = Promise.all([emptied, done.then(nothing, nothing)]).then(() => {
        if (emptied === over) emptied = undefined;
      });
      emptied = over;
      return done;
    },
    hold(address) {
      const key = sessionKey(address);
      live.get(address);
      held.set(key, (held.get(key) ?? 0) + 1);
      return () => {
        const count = (held.get(key) ?? 1) - 1;
        if (count === 0) held.delete(key);
        else held.set(key, count);
      };
    },
    async trim(most = maxIdle) {
      for (const [key, session] of sessions) {
        if (sessions.size <= most) break;
        // One whose prompt has no outcome yet may hold back a message.
        if (session.queue.length > 0 || held.has(key) || ports.durable.count(key) > 0) continue;
        sessions.delete(key);
        await release(key);
      }
    },
    abort(reason) {
      for (const session of sessions.values())
        for (const controller of session.controllers) controller.abort(reason);
    },
    async close() {
      for (const { workspace } of workspaces.values()) await workspace.close();
      sessions.clear();
      workspaces.clear();
      owners.clear();
    },
  };
  return live;

  function open(key: string): LiveSession {
    let history: Promise<History> | undefined;
    return {
      queue: createQueue(),
      controllers: new Set(),
      history() {
        history ??= load(key).catch((thrown: unknown) => {
          history = undefined;
          throw thrown;
        });
        return history;
      },
      forget() {
        history = undefined;
      },
    };
  }

  function isBusy(keys: ReadonlySet<string>): boolean {
    return [...keys].some((key) => held.has(key) || (sessions.get(key)?.controllers.size ?? 0) > 0);
  }

  async function load(key: string): Promise<History> {
    await emptied;
    return loadHistory(ports.store.documents, key);
  }

  function isUsed(key: string): boolean {
    if (sessions.has(key) || ports.durable.count(key) > 0) return true;
    return [...sessions.keys()].some((session) => session.startsWith(`${key}.`));
  }

  async function release(key: string): Promise<void> {
    const owner = owners.get(key);
    owners.delete(key);
    if (owner === undefined) return;
    const entry = workspaces.get(owner);
    entry?.sessions.delete(key);
    if (entry === undefined || entry.sessions.size > 0) return;
    workspaces.delete(owner);
    await leave(owner, entry.workspace);
  }

  /** Closes a workspace; one of the same owner is not opened before that is over. */
  function leave(owner: string, workspace: Workspace): Promise<void> {
    const closed = Promise.all([leaving.get(owner)?.catch(nothing), workspace.close()]).then(nothing);
    leaving.set(owner, closed);
    const forget = (): void => {
      if (leaving.get(owner) === closed) leaving.delete(owner);
    };
    closed.then(forget, forget);
    return closed;
  }
}

/** What decides how the workspace of an agent's instance is opened. */
function placeOf({ sandbox, env }: Agent): string {
  const values = Object.entries(env).map(([name, value]) => [name, value.source]);
  return JSON.stringify([sandbox.hash, values]);
}

function nothing(): void {}
