import type { EngineEvent } from '../../core/event.ts';
import type { Json } from '../../core/json.ts';
import type { RunRecord } from '../../core/records/run.ts';
import type { ProjectTypes, Registered, Suggested, WorkflowName } from '../../core/register.ts';
import type { ExecutionState } from '../../core/status.ts';
import type { Explanation } from './explanation.ts';
import type {
  CallOptions,
  EventsOptions,
  NewestOptions,
  Page,
  StartOptions,
  StreamOptions,
} from './options.ts';
import type { Receipt } from './workflows.ts';

/** Which runs to list. */
export interface RunFilter<P extends ProjectTypes = Registered> extends NewestOptions {
  readonly workflow?: Suggested<WorkflowName<P>>;
  readonly state?: ExecutionState | readonly ExecutionState[];
  /** ISO time: only runs accepted then or later. */
  readonly since?: string;
}

/** What is read of runs. */
export interface RunReads<P extends ProjectTypes = Registered> {
  /** A page, newest first. */
  list(filter?: RunFilter<P>, options?: CallOptions): Promise<Page<'runs', RunRecord>>;
  /**
   * All of them, newest first.
   *
   * @example
   * for await (const { runId } of client.runs.all({ state: 'failed' })) await client.runs.redrive(runId);
   */
  all(filter?: Omit<RunFilter<P>, 'before' | 'limit'>, options?: CallOptions): AsyncIterable<RunRecord>;
  /** Its state, and its output or error once it ended. */
  get(runId: string, options?: CallOptions): Promise<RunRecord>;
  /** Stored events; the next page comes after `nextAfter`. */
  events(
    runId: string,
    options?: EventsOptions,
  ): Promise<{ readonly runId: string; readonly events: readonly EngineEvent[]; readonly nextAfter: number }>;
}

/** Following, stopping, explaining and repeating runs. */
export interface ClientRuns<P extends ProjectTypes = Registered> extends RunReads<P> {
  /** Events after an index until `run_end`; connects again when the connection breaks, without gap or duplicate. */
  stream(runId: string, options?: StreamOptions): AsyncIterable<EngineEvent>;
  /** Asks it to stop; false when it had ended. */
  cancel(runId: string, options?: CallOptions): Promise<boolean>;
  /** Sends an event to a run; false when the same `idempotencyKey` has sent one of this topic already. Throws Problem `invalid_input` too. */
  signal(runId: string, topic: string, payload?: Json, options?: StartOptions): Promise<boolean>;
  /** Starts a run with the input of one that failed or was cancelled. */
  redrive(runId: string, options?: CallOptions): Promise<Receipt>;
  /** Starts a run that goes on where one failed or was cancelled. */
  resume(runId: string, options?: CallOptions): Promise<Receipt>;
  /** Starts a run that goes on where one that has ended came to a step. */
  fork(runId: string, from: string, options?: CallOptions): Promise<Receipt>;
  /** Why a step, by its path or id, went as it did. */
  why(runId: string, step: string, options?: CallOptions): Promise<Explanation>;
}
