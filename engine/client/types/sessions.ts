import type { Message } from '../../core/message.ts';
import type { CompactResult } from '../../core/records/answer.ts';
import type { SessionEntry, SessionNote } from '../../core/records/conversation.ts';
import type { FileInfo } from '../../core/records/file-info.ts';
import type { AgentName, ModelName, ProjectTypes, Registered } from '../../core/register.ts';
import type {
  CallOptions,
  ConversationPage,
  DeleteOptions,
  Page,
  PageOptions,
  StartOptions,
} from './options.ts';

/** Where a conversation is. */
export interface SessionPlace {
  readonly agent: string;
  readonly instance: string;
  readonly session: string;
}

/** What is read of the conversations of an instance. */
export interface SessionReads<P extends ProjectTypes = Registered> {
  /** A page of the conversations of an instance, by their names; those of tasks left out. */
  list(
    agent: AgentName<P>,
    id: string,
    page?: PageOptions,
    options?: CallOptions,
  ): Promise<Page<'sessions', SessionNote>>;
  /**
   * All conversations of an instance.
   *
   * @example
   * for await (const { session, entries } of client.sessions.all('assistant', 'thread-1')) console.log(session, entries);
   */
  all(agent: AgentName<P>, id: string, options?: CallOptions): AsyncIterable<SessionNote>;
  /** A page of the messages of a conversation. */
  messages(
    agent: AgentName<P>,
    id: string,
    session?: string,
    page?: ConversationPage,
    options?: CallOptions,
  ): Promise<Page<'messages', Message>>;
  /** A page of what is stored of a conversation, with ids, times and where each came from. */
  entries(
    agent: AgentName<P>,
    id: string,
    session?: string,
    page?: ConversationPage,
    options?: CallOptions,
  ): Promise<Page<'entries', SessionEntry>>;
  /** All that is stored of a conversation. */
  allEntries(
    agent: AgentName<P>,
    id: string,
    session?: string,
    page?: Pick<ConversationPage, 'order'>,
    options?: CallOptions,
  ): AsyncIterable<SessionEntry>;
}

/** The conversations of instances. */
export interface ClientSessions<P extends ProjectTypes = Registered> extends SessionReads<P> {
  /** Makes sure that there is a conversation of this name, if only an empty one. */
  create(agent: AgentName<P>, id: string, session: string, options?: CallOptions): Promise<SessionPlace>;
  /** Removes a conversation and those of its tasks; files belong to the instance, and stay. */
  delete(agent: AgentName<P>, id: string, session: string, options?: DeleteOptions): Promise<void>;
  /**
   * Makes a conversation of the same instance with the history of this one, or what there is of it up to the entry `at`.
   *
   * @example
   * await client.sessions.fork('assistant', 'thread-1', 'default', { session: 'what-if' });
   */
  fork(
    agent: AgentName<P>,
    id: string,
    session: string,
    to: { readonly session: string; readonly at?: string },
    options?: CallOptions,
  ): Promise<SessionPlace>;
  /** A conversation as lines of JSON, each with its end, for `import`. */
  export(agent: AgentName<P>, id: string, session?: string, options?: CallOptions): AsyncIterable<string>;
  /** Makes a conversation of the lines of an exported one, whole or not at all. */
  import(
    agent: AgentName<P>,
    id: string,
    session: string,
    lines: string | Iterable<string> | AsyncIterable<string>,
    options?: CallOptions,
  ): Promise<SessionPlace>;
  /** Leaves out old messages of what the model sees, for a summary of them; the history keeps them. */
  compact(
    agent: AgentName<P>,
    id: string,
    session: string,
    how?: {
      /** What the summary shall pay attention to. */
      readonly instructions?: string;
      /** Tokens of the newest messages that stay as they are. */
      readonly keepTokens?: number;
      readonly model?: ModelName<P>;
    },
    options?: StartOptions,
  ): Promise<CompactResult>;
}

/** The files of instances, read only: agents write them. Paths are as the sandbox has them. */
export interface ClientFiles<P extends ProjectTypes = Registered> {
  /** What is in a folder, by name; default the workspace. */
  list(agent: AgentName<P>, id: string, path?: string, options?: CallOptions): Promise<readonly FileInfo[]>;
  /** The bytes of a file. */
  read(agent: AgentName<P>, id: string, path: string, options?: CallOptions): Promise<Uint8Array>;
  /** A file as UTF-8 text. */
  readText(agent: AgentName<P>, id: string, path: string, options?: CallOptions): Promise<string>;
}
