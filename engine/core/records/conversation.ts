import type { Message } from '../message.ts';

/** What an entry of a conversation came from. */
export type Source = 'prompt' | 'skill' | 'task' | 'shell' | 'dispatch' | 'workflow';

/** An instance of an agent, in short. */
export interface InstanceNote {
  readonly instance: string;
  /** How many sessions it has, those of tasks left out. */
  readonly sessions: number;
}

/** A session of an instance, in short. */
export interface SessionNote {
  readonly session: string;
  readonly entries: number;
  /** ISO times; of a session without entries both are that of its creation. */
  readonly createdAt: string;
  readonly updatedAt: string;
  /** `busy`: something is at work in it, or waits. */
  readonly state: 'idle' | 'busy';
  /** How many are at work or wait in it. */
  readonly pending: number;
}

/** One entry of a conversation, as callers see it. */
export type SessionEntry = {
  /** Counts up from `0`; stays the same. */
  readonly id: string;
  /** ISO time. */
  readonly at: string;
} & (
  | {
      readonly kind: 'message';
      /** What the message, or the request that it belongs to, came from. */
      readonly source: Source;
      /** Id of the submission, or key of the step, that asked; on the message that it asked with. */
      readonly operation?: string;
      readonly message: Message;
    }
  | {
      readonly kind: 'compaction';
      readonly summary: string;
      /** Id of the first entry that the model still sees. */
      readonly from: string;
    }
);
