import type { SecretsReport } from '../ports/secrets.ts';
import type { Execution, ExecutionFilter } from '../ports/store.ts';
import type { Program } from '../program/program.ts';
import type { Reloaded, ReloadOptions } from './reload.ts';
import type { EngineApprovals } from './approvals.ts';
import type { EngineCallbacks } from './callbacks.ts';
import type { EngineChannels } from './channels.ts';
import type { EngineRuns, EngineWorkflows } from './runs.ts';
import type { EngineSchedules } from './schedules.ts';
import type { EngineAgents } from './sessions.ts';
import type { UsageReport } from './usage.ts';
import type { Dispatch, EngineSubmissions, SubmissionReceipt } from './submissions.ts';

/** A running engine: one Program, its ports, and everything that works. */
export interface Engine {
  /** The Program that is at work now. */
  readonly program: Program;
  /**
   * Takes up another Program of the same folder, and loses nothing: what has begun ends on the specs it began with, what comes is about
   * the new ones; sessions keep their history and files. Reloads are done in order. One that fails changes nothing. Throws what
   * refuses a Program at the start, and Problem `shutting_down`.
   *
   * @example
   * const { program } = await compile('./my-project');
   * if (program !== undefined) await engine.reload(program);
   */
  reload(program: Program, options?: ReloadOptions): Promise<Reloaded>;
  readonly agents: EngineAgents;
  /**
   * Admits a message to an agent; resolves when it is committed, and does not wait for the answer. Throws what refuses a prompt.
   */
  dispatch(agent: string, message: Dispatch): Promise<SubmissionReceipt>;
  readonly submissions: EngineSubmissions;
  readonly workflows: EngineWorkflows;
  readonly runs: EngineRuns;
  readonly approvals: EngineApprovals;
  readonly schedules: EngineSchedules;
  /** What is told to addresses outside when work ends. */
  readonly callbacks: EngineCallbacks;
  /** Webhooks of other services. */
  readonly channels: EngineChannels;
  /** What an operator should know of the declared secrets, by names only. */
  readonly secrets: SecretsReport;
  /** A text without the secrets of this engine, and without what is secret by its name: for logs of one's own. */
  redact(text: string): string;
  /**
   * What the work used that is still stored, by agent and workflow. What tasks and child runs used counts for who started them; what an
   * agent used as a step counts for the workflow.
   * @param options.since milliseconds since 1970: only work admitted then or later.
   */
  usage(options?: { readonly since?: number }): Promise<UsageReport>;
  /** All executions, for listings. */
  executions(filter: ExecutionFilter): Promise<readonly Execution[]>;
  /** Stops admitting, lets work finish for `graceMs` (default 0: stop at once, unfinished runs resume at the next start), closes the store. */
  close(options?: { readonly graceMs?: number }): Promise<void>;
}
