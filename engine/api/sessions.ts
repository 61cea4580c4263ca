import type { SessionNote } from '../session/index.ts';
import type { DeleteOptions, Session } from './session.ts';
import type { InstanceNote } from '../core/records/conversation.ts';

export type { InstanceNote } from '../core/records/conversation.ts';

/** The sessions of one agent instance. */
export interface InstanceSessions {
  /** Sessions with something in them, or that were created; those of tasks left out. At most `limit` (default 100) behind `after`. */
  list(page?: { readonly after?: string; readonly limit?: number }): Promise<readonly SessionNote[]>;
  /** Throws Problem `session_not_found`. */
  get(session: string): Promise<Session>;
  /** Throws Problem `conflict` when there is one. */
  create(session: string): Promise<Session>;
  /** Throws Problem `session_not_found`, `session_busy`. */
  delete(session: string, options?: DeleteOptions): Promise<void>;
  /**
   * Makes a session of the lines of another one, whole or not at all. Throws Problem `conflict` (there is one of this name),
   * `invalid_input` (with the number of the line).
   */
  import(session: string, lines: string | Iterable<string> | AsyncIterable<string>): Promise<Session>;
}

/** The agents of an engine. */
export interface EngineAgents {
  /** A session of an agent instance, whether there is one or not. Throws Problem `agent_not_found`, `invalid_request` (bad ids). */
  session(agent: string, instance: string, session?: string): Session;
  /** The sessions of an instance. Throws Problem `agent_not_found`, `invalid_request` (bad id). */
  sessions(agent: string, instance: string): InstanceSessions;
  /** Instances that have a session, by their ids. At most `limit` (default 100) behind `after`. Throws Problem `agent_not_found`. */
  instances(
    agent: string,
    page?: { readonly after?: string; readonly limit?: number },
  ): Promise<readonly InstanceNote[]>;
  /**
   * Removes all sessions of an instance, and its files. Throws Problem `agent_not_found`, `session_not_found` (there is nothing of it),
   * `session_busy`, before anything is removed.
   */
  delete(agent: string, instance: string, options?: DeleteOptions): Promise<void>;
}
