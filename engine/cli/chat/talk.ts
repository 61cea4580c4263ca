import type { Approval, ApprovalAnswer } from '../../api.ts';
import type { EngineEvent } from '../../core/event.ts';
import type { Message } from '../../core/message.ts';
import type { CompactResult } from '../../core/records/answer.ts';
import type { SessionNote } from '../../core/records/conversation.ts';
import type { Thinking } from '../../program/model.ts';

/** An instance of an agent that somebody talks to, in this process or at a server. */
export interface Talk {
  readonly agent: string;
  readonly instance: string;
  /** Events of one answer until its end. Throws the Problem that refused or ended the prompt; the signal ends the prompt. */
  ask(message: string, how: Asking, signal: AbortSignal): AsyncIterable<EngineEvent>;
  history(session: string): Promise<readonly Message[]>;
  sessions(): Promise<readonly SessionNote[]>;
  compact(session: string): Promise<CompactResult>;
  /** Ends what works in a session; false when nothing did. */
  abort(session: string): Promise<boolean>;
  /** What the agent is like: its model, tools, skills and helpers, by name; and the roles and models that messages may name. */
  about(): Promise<About>;
  /** What a submission asks people. */
  questions(submissionId: string): Promise<readonly Approval[]>;
  answer(question: Approval, answer: ApprovalAnswer): Promise<void>;
}

/** How one message is asked. */
export interface Asking {
  readonly session: string;
  readonly model?: string;
  readonly role?: string;
  readonly thinking?: Thinking;
  readonly files: readonly { readonly name: string; readonly data: Uint8Array }[];
}

/** What an agent is like, and what may be asked of it. */
export interface About {
  readonly model?: string;
  /** Absent at a server that does not tell. */
  readonly roles?: readonly string[];
  /** Absent at a server that does not tell. */
  readonly models?: {
    readonly aliases: readonly string[];
    readonly providers: readonly string[];
    readonly scripts: readonly string[];
  };
  readonly tools: readonly string[];
  readonly skills: readonly string[];
  readonly subagents: readonly string[];
}
