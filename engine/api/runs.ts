import type { EngineEvent } from '../core/event.ts';
import type { Json } from '../core/json.ts';
import type { Usage } from '../core/message.ts';
import type { ExecutionState } from '../core/status.ts';
import type { Explanation } from '../runs/why.ts';
import type { RunReceipt, RunRecord } from '../core/records/run.ts';

export type { RunReceipt, RunRecord } from '../core/records/run.ts';

export type { ConditionExplained, ExplainedPart } from '../runs/explain-conditions.ts';
export type { Explanation } from '../runs/why.ts';

/** The workflows of an engine. */
export interface EngineWorkflows {
  /**
   * Admits a run; resolves when it is committed. The same `idempotencyKey` with the same input gives the same run.
   * Throws Problem `workflow_not_found`, `invalid_input`, `conflict` (the key was used with another input), `store_unavailable`.
   */
  start(
    workflow: string,
    input?: Json,
    options?: {
      readonly idempotencyKey?: string;
      /** Who starts it; where an approval must be another one's, that person may not give it. */
      readonly by?: string;
      /** Id of the caller whose it is, in lists and at a server where callers sign in; default nobody's. */
      readonly owner?: string;
    },
  ): Promise<RunReceipt>;
  /** Starts a run and waits for its output; throws the run's Problem when it fails. */
  run(
    workflow: string,
    input?: Json,
    options?: { readonly signal?: AbortSignal; readonly idempotencyKey?: string },
  ): Promise<{ readonly runId: string; readonly output: Json; readonly usage: Usage }>;
}

/** The runs of an engine, whoever started them. */
export interface EngineRuns {
  /** Throws Problem `run_not_found`. */
  get(runId: string): Promise<RunRecord>;
  /** Newest first. Throws Problem `workflow_not_found` for a workflow that there is not and that has left no runs. */
  list(filter?: {
    readonly workflow?: string;
    readonly states?: readonly ExecutionState[];
    /** Only runs of this owner. */
    readonly owner?: string;
    /** Milliseconds since 1970: only runs admitted then or later. */
    readonly since?: number;
    /** 1 to 1000, default 100. */
    readonly limit?: number;
    /** Only runs admitted before this one. Throws Problem `run_not_found`. */
    readonly before?: string;
  }): Promise<readonly RunRecord[]>;
  /** Stored events after an index (default 0), at most `limit` (default 1000). */
  events(
    runId: string,
    options?: { readonly after?: number; readonly limit?: number },
  ): Promise<readonly EngineEvent[]>;
  /** Stored events after an index, then live ones, until `run_end`; no gap, no duplicate. */
  subscribe(
    runId: string,
    options?: { readonly after?: number; readonly signal?: AbortSignal },
  ): AsyncIterable<EngineEvent>;
  /** Waits for the end and gives the record. */
  wait(runId: string, options?: { readonly signal?: AbortSignal }): Promise<RunRecord>;
  /** Asks a run to stop, which holds through a crash; false when it had ended. */
  cancel(runId: string): Promise<boolean>;
  /**
   * Sends an event to a run, which keeps it until a step waits for its topic. False when the same `idempotencyKey` has sent one
   * of this topic already. Throws Problem `run_not_found`, `conflict` (the run has ended), `invalid_request` (no topic),
   * `invalid_input` (data that fit the schema of no step that may wait for the topic; nothing is stored).
   */
  signal(
    runId: string,
    topic: string,
    payload?: Json,
    options?: { readonly idempotencyKey?: string },
  ): Promise<boolean>;
  /**
   * Starts a run with the input of one that failed or was cancelled, on the workflow as it is now. Throws Problem
   * `run_not_found`, `workflow_not_found`, `conflict` (the run did not end so).
   */
  redrive(runId: string): Promise<RunReceipt>;
  /**
   * Starts a run that goes on where one failed or was cancelled: what was recorded is kept and not done again. One that has not
   * ended goes on under its own id, where no engine has taken it up. Throws like `redrive`, but only for runs that succeeded, and
   * `spec_changed` when the specs that it began on are gone.
   */
  resume(runId: string): Promise<RunReceipt>;
  /**
   * Starts a run that goes on where one, however it ended, had come to a step: what was recorded before the step began is kept.
   * Throws `spec_changed` when the specs that it began on are gone.
   * @param from path of the step, with the indexes of its rounds: `lines[3]/charge`.
   */
  fork(runId: string, from: string): Promise<RunReceipt>;
  /** What a step was decided by, and what would have decided it otherwise. Throws Problem `invalid_request` (no such step). */
  why(runId: string, step: string): Promise<Explanation>;
}
