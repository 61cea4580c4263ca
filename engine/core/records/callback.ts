import type { Json } from '../json.ts';
import type { ProblemData } from '../problem.ts';

/** What can be told to a callback. */
export type CallbackEvent = 'run_end' | 'submission_end' | 'approval_requested';

/** Where a delivery stands: not tried yet, to be tried again, taken by its receiver, or given up. */
export type CallbackState = 'queued' | 'waiting' | 'succeeded' | 'failed';

/** All states, as a delivery goes through them. */
export const callbackStates = ['queued', 'waiting', 'succeeded', 'failed'] as const;

/** Something that is to be told to a callback, or was. */
export interface CallbackRecord {
  /** The `webhook-id` of every attempt. */
  readonly id: string;
  /** Name of the callback in the config. */
  readonly callback: string;
  readonly event: CallbackEvent;
  /** The run or submission that it tells of. */
  readonly executionId: string;
  readonly state: CallbackState;
  /** How often it was sent, redeliveries included. */
  readonly attempts: number;
  readonly createdAt: string;
  /** When it is sent next, while it waits. */
  readonly nextAt?: string;
  readonly endedAt?: string;
  /** Why the last attempt failed; while it waits, why nothing can be sent to its callback, if that is so. */
  readonly error?: ProblemData;
}

/** One attempt to deliver. */
export interface CallbackAttempt {
  readonly at: string;
  readonly durationMs: number;
  /** What the receiver answered, when it did. */
  readonly status?: number;
  /** Absent: it was taken. */
  readonly error?: ProblemData;
}

/** A delivery with all that is known of it. */
export interface CallbackDetails extends CallbackRecord {
  /** What is sent; null where the store has lost it. */
  readonly body: Json;
  /** The last attempts, at most 50, the first of them first. */
  readonly tries: readonly CallbackAttempt[];
}
