import type { EngineEvent } from '../../core/event.ts';
import type { SubmissionRecord } from '../../core/records/submission.ts';
import type { AgentName, ProjectTypes, Registered, Suggested } from '../../core/register.ts';
import type { ExecutionState } from '../../core/status.ts';
import type { CallOptions, EventsOptions, NewestOptions, Page, StreamOptions } from './options.ts';

/** Which messages to list. */
export interface SubmissionFilter<P extends ProjectTypes = Registered> extends NewestOptions {
  readonly agent?: Suggested<AgentName<P>>;
  /** Only with an `agent`. */
  readonly instance?: string;
  /** Only with an `instance`. */
  readonly session?: string;
  readonly state?: ExecutionState | readonly ExecutionState[];
  /** ISO time: only what was accepted then or later. */
  readonly since?: string;
}

/** What is read of messages to agents. */
export interface SubmissionReads<P extends ProjectTypes = Registered> {
  /** A page, newest first. */
  list(filter?: SubmissionFilter<P>, options?: CallOptions): Promise<Page<'submissions', SubmissionRecord>>;
  /** All of them, newest first. */
  all(
    filter?: Omit<SubmissionFilter<P>, 'before' | 'limit'>,
    options?: CallOptions,
  ): AsyncIterable<SubmissionRecord>;
  /** Its state and place in the queue, and its answer or error once it ended. */
  get(submissionId: string, options?: CallOptions): Promise<SubmissionRecord>;
  /** Stored events; the next page comes after `nextAfter`. */
  events(
    submissionId: string,
    options?: EventsOptions,
  ): Promise<{
    readonly submissionId: string;
    readonly events: readonly EngineEvent[];
    readonly nextAfter: number;
  }>;
}

/** Messages to agents that were accepted. */
export interface ClientSubmissions<P extends ProjectTypes = Registered> extends SubmissionReads<P> {
  /** Events after an index until `submission_end`; connects again like `runs.stream`. */
  stream(submissionId: string, options?: StreamOptions): AsyncIterable<EngineEvent>;
  /** Ends a message that waits or is at work; false when it had ended. */
  abort(submissionId: string, options?: CallOptions): Promise<boolean>;
}
