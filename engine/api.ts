import type { EngineEvent } from './core/event.ts';
import type { Json, JsonSchema } from './core/json.ts';
import type { ImagePart, Message, Usage } from './core/message.ts';
import type { ExecutionState } from './core/status.ts';
import type { Clock } from './ports/clock.ts';
import type { Harness } from './ports/harness.ts';
import type { Models } from './ports/model.ts';
import type { Observer } from './ports/observer.ts';
import type { Sandboxes } from './ports/sandbox.ts';
import type { Secrets } from './ports/secrets.ts';
import type { Execution, ExecutionFilter, Store } from './ports/store.ts';
import type { ToolSource } from './ports/tool-source.ts';
import type { Program } from './program/program.ts';
import type { Thinking } from './program/model.ts';
import type { Explanation } from './why.ts';

export type { ConditionExplained, ExplainedPart } from './explain-conditions.ts';
export type { Explanation } from './why.ts';

/** How to start an engine. Everything is optional but the project (or a ready Program). */
export interface EngineOptions {
  /** Project folder; default the current folder. */
  readonly project?: string;
  /** A compiled Program, instead of `project`. */
  readonly program?: Program;
  /** Replaces the store of the config. */
  readonly store?: Store | 'memory';
  /** Receives every event. */
  readonly observers?: readonly Observer[];
  /** Environment for secrets and `env.*`; default `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** More harnesses by name. */
  readonly harnesses?: Readonly<Record<string, Harness>>;
  /** Take up at start what a crash or shutdown left unfinished; default true. */
  readonly recover?: boolean;
  /** Only look at what is stored: works beside the engine that owns the store, admits nothing; default false. */
  readonly readOnly?: boolean;
  /** Ports to replace, mostly in tests. */
  readonly ports?: {
    readonly clock?: Clock;
    readonly models?: Models;
    readonly sandboxes?: Sandboxes;
    readonly secrets?: Secrets;
    readonly tools?: ToolSource;
  };
}

/** Options of one prompt. */
export interface PromptOptions {
  /** Typed input for an agent with an `inputSchema`. */
  readonly input?: Json;
  /** JSON Schema of the typed result; default the agent's `outputSchema`. */
  readonly result?: JsonSchema;
  readonly role?: string;
  /** `provider/model` or an alias. */
  readonly model?: string;
  readonly thinking?: Thinking;
  readonly images?: readonly Omit<ImagePart, 'type'>[];
  readonly signal?: AbortSignal;
  /** Milliseconds. */
  readonly timeoutMs?: number;
  /** The same key with the same prompt is one prompt, whose answer every call gets; with another prompt it is a `conflict`. */
  readonly idempotencyKey?: string;
  /** Receives the events of this prompt, live ones included. */
  readonly onEvent?: (event: EngineEvent) => void;
}

/** What a prompt gives. */
export interface PromptResult {
  readonly submissionId: string;
  readonly text: string;
  /** Typed result when a schema applies, else the text. */
  readonly output: Json;
  readonly usage: Usage;
  /** `provider/id` that answered. */
  readonly model: string;
  /** Model operations needed for the typed result, from 1. */
  readonly attempts: number;
}

/** One conversation of an agent instance. */
export interface Session {
  readonly agent: string;
  readonly instance: string;
  readonly session: string;
  /**
   * Sends a message and waits for the answer. Prompts of one session run one at a time, in order.
   * Throws Problem `invalid_input`, `missing_model`, `unknown_role`, `session_busy`, `model_failed`, `result_invalid`,
   * `max_turns`, `limit_reached`, `timeout`, `aborted`.
   */
  prompt(message: string, options?: PromptOptions): Promise<PromptResult>;
  /** The same as events; ends after `submission_end`. A failed prompt ends the iteration with its Problem. */
  stream(message: string, options?: PromptOptions): AsyncIterable<EngineEvent>;
  /** Messages so far, oldest first. */
  history(): Promise<readonly Message[]>;
  /** Ends the running prompt and refuses the waiting ones; false when nothing ran. */
  abort(reason?: string): Promise<boolean>;
}

/** What to say to an agent without waiting for the answer. */
export interface Dispatch extends Omit<PromptOptions, 'signal' | 'onEvent'> {
  readonly instance: string;
  /** Default `default`. */
  readonly session?: string;
  /** May be left out when there is an `input`. */
  readonly message?: string;
}

/** Says that a message is accepted: it is on disk, and will come to exactly one outcome. */
export interface SubmissionReceipt {
  readonly submissionId: string;
  readonly acceptedAt: string;
}

/** A message to an agent as the API shows it. */
export interface SubmissionRecord {
  readonly submissionId: string;
  readonly agent: string;
  readonly instance: string;
  readonly session: string;
  readonly state: ExecutionState;
  /** How many are before it in its session, while it waits. */
  readonly position?: number;
  readonly message: string;
  readonly output?: Json;
  readonly error?: { readonly type: string; readonly message: string; readonly details?: Json };
  readonly usage?: Usage;
  readonly acceptedAt: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
}

/** Says that a run is accepted. */
export interface RunReceipt {
  readonly runId: string;
  readonly acceptedAt: string;
}

/** A run as the API shows it. */
export interface RunRecord {
  readonly runId: string;
  readonly workflow: string;
  /** The run that this one does again, or is part of. */
  readonly parent?: string;
  readonly state: ExecutionState;
  readonly input: Json;
  readonly output?: Json;
  readonly error?: { readonly type: string; readonly message: string; readonly details?: Json };
  readonly usage?: Usage;
  readonly hash: string;
  readonly createdAt: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly durationMs?: number;
}

/** What a step asks a person. */
export interface Approval {
  /** `<runId>/<step>`. */
  readonly id: string;
  readonly runId: string;
  readonly workflow: string;
  /** Path of the step, with the indexes of its rounds. */
  readonly step: string;
  /** `approval` wants a decision, `ask` an answer. */
  readonly kind: 'approval' | 'ask';
  readonly title: string;
  readonly message?: string;
  readonly details?: string;
  /** Names of callers, or `role:<name>`; empty: everybody. */
  readonly approvers: readonly string[];
  readonly requireDifferentApprover: boolean;
  /** Shape of the answer, or of the data that come with a decision. */
  readonly form?: JsonSchema;
  readonly requestedAt: string;
  readonly expiresAt?: string;
}

/** Which open approvals to list. */
export interface ApprovalFilter {
  readonly workflow?: string;
  readonly runId?: string;
  /** Default 100. */
  readonly limit?: number;
}

/** What a person answers. */
export interface ApprovalAnswer {
  /** Needed for an `approval`, and only there. */
  readonly decision?: 'approved' | 'rejected';
  /** The answer to an `ask`, or what the form of an approval wants; default an empty map. */
  readonly data?: Json;
  /** Who answers. */
  readonly by?: string;
  /** Roles of who answers. */
  readonly roles?: readonly string[];
}

/** When a schedule fired, and the work that it admitted. */
export type ScheduleFired =
  | { readonly time: string; readonly runId: string }
  | { readonly time: string; readonly submissionId: string };

/** A schedule as the API shows it; times are ISO times. */
export interface ScheduleRecord {
  readonly name: string;
  readonly description?: string;
  readonly cron: string;
  readonly timezone: string;
  readonly missed: 'skip' | 'one' | 'all';
  readonly enabled: boolean;
  /** What it starts, or whom it calls. */
  readonly workflow?: string;
  readonly agent?: string;
  /** Absent when it is turned off. */
  readonly next?: string;
  /** Absent when it never fired. */
  readonly last?: ScheduleFired;
}

/** A running engine: one Program, its ports, and everything that works. */
export interface Engine {
  readonly program: Program;
  readonly agents: {
    /** A session of an agent instance. Throws Problem `agent_not_found`, `invalid_request` (bad ids). */
    session(agent: string, instance: string, session?: string): Session;
  };
  /**
   * Admits a message to an agent; resolves when it is committed, and does not wait for the answer. Throws what refuses a prompt.
   */
  dispatch(agent: string, message: Dispatch): Promise<SubmissionReceipt>;
  readonly submissions: {
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
  };
  readonly workflows: {
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
      },
    ): Promise<RunReceipt>;
    /** Starts a run and waits for its output; throws the run's Problem when it fails. */
    run(
      workflow: string,
      input?: Json,
      options?: { readonly signal?: AbortSignal; readonly idempotencyKey?: string },
    ): Promise<{ readonly runId: string; readonly output: Json; readonly usage: Usage }>;
  };
  readonly runs: {
    /** Throws Problem `run_not_found`. */
    get(runId: string): Promise<RunRecord>;
    list(filter?: {
      readonly workflow?: string;
      readonly states?: readonly ExecutionState[];
      readonly limit?: number;
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
     * of this topic already. Throws Problem `run_not_found`, `conflict` (the run has ended), `invalid_request` (no topic).
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
     * Starts a run that goes on where one failed or was cancelled: what was recorded is kept and not done again. Throws like
     * `redrive`.
     */
    resume(runId: string): Promise<RunReceipt>;
    /**
     * Starts a run that goes on where one, however it ended, had come to a step: what was recorded before the step began is kept.
     * @param from path of the step, with the indexes of its rounds: `lines[3]/charge`.
     */
    fork(runId: string, from: string): Promise<RunReceipt>;
    /** What a step was decided by, and what would have decided it otherwise. Throws Problem `invalid_request` (no such step). */
    why(runId: string, step: string): Promise<Explanation>;
  };
  /** What steps ask people: decisions of `approval`, answers of `ask`. */
  readonly approvals: {
    /** What is open, of the newest run first. Throws Problem `run_not_found`. */
    list(filter?: ApprovalFilter): Promise<readonly Approval[]>;
    /**
     * Gives the one answer to what a step asks. Throws Problem `run_not_found`, `not_found` (it asks nothing), `conflict` (it has its
     * answer, or it is too late), `forbidden` (another one must decide), `invalid_input` (does not fit the form; it stays open),
     * `invalid_request` (no decision where one is needed, or the other way round).
     * @param step path of the step, with the indexes of its rounds: `lines[3]/sign_off`.
     */
    resolve(runId: string, step: string, answer: ApprovalAnswer): Promise<void>;
  };
  readonly schedules: {
    list(): Promise<readonly ScheduleRecord[]>;
    /** Fires now, whatever its times are, also when it is turned off. Throws Problem `not_found`, and what admission throws. */
    trigger(name: string): Promise<ScheduleFired>;
  };
  /** All executions, for listings. */
  executions(filter: ExecutionFilter): Promise<readonly Execution[]>;
  /** Stops admitting, lets work finish for `graceMs` (default 0: stop at once, unfinished runs resume at the next start), closes the store. */
  close(options?: { readonly graceMs?: number }): Promise<void>;
}
