import type { EngineEvent } from '../core/event.ts';
import type { ExecutionState } from '../core/status.ts';
import type { PromptOptions } from './call-options.ts';
import type { SubmissionRecord } from '../core/records/submission.ts';

export type { SubmissionReceipt, SubmissionRecord } from '../core/records/submission.ts';

/** What to say to an agent without waiting for the answer, and to which instance of it. */
export type Dispatch = DispatchMessage & ToInstance;

/** What to say to an agent without waiting for the answer. */
export interface DispatchMessage extends Omit<PromptOptions, 'signal' | 'onEvent'> {
  /** Default `default`. */
  readonly session?: string;
  /** May be left out when there is an `input`. */
  readonly message?: string;
}

/** An instance of an agent; `id` is another word for it. */
export type ToInstance =
  | { readonly instance: string; readonly id?: undefined }
  | { readonly id: string; readonly instance?: undefined };

/** Which messages to list. */
export interface SubmissionFilter {
  readonly agent?: string;
  /** Only with an `agent`. */
  readonly instance?: string;
  /** Only with an `instance`. */
  readonly session?: string;
  readonly states?: readonly ExecutionState[];
  /** Only messages to instances of this owner. */
  readonly owner?: string;
  /** Milliseconds since 1970: only what was admitted then or later. */
  readonly since?: number;
  /** 1 to 1000, default 100. */
  readonly limit?: number;
  /** Only what was admitted before this one. Throws Problem `submission_not_found`. */
  readonly before?: string;
}

/** Messages that agents were sent, by their ids. */
export interface EngineSubmissions {
  /**
   * Newest first. Throws Problem `invalid_request` for an instance without an agent, or a session without an instance, and `agent_not_found`
   * for an agent that there is not and that was never sent anything.
   */
  list(filter?: SubmissionFilter): Promise<readonly SubmissionRecord[]>;
  /** Throws Problem `submission_not_found`. */
  get(submissionId: string): Promise<SubmissionRecord>;
  /** Stored events after an index (default 0), at most `limit` (default 1000). */
  events(
    submissionId: string,
    options?: { readonly after?: number; readonly limit?: number },
  ): Promise<readonly EngineEvent[]>;
  /** Stored events after an index, then live ones, until `submission_end`; no gap, no duplicate. */
  subscribe(
    submissionId: string,
    options?: { readonly after?: number; readonly signal?: AbortSignal },
  ): AsyncIterable<EngineEvent>;
  /** Waits for the end and gives the record. */
  wait(submissionId: string, options?: { readonly signal?: AbortSignal }): Promise<SubmissionRecord>;
  /** Ends a message that waits or is at work, which holds through a crash; false when it had ended. */
  abort(submissionId: string, reason?: string): Promise<boolean>;
}
