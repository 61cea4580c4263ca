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

/** A run as the API shows it. */
export interface RunRecord {
  readonly runId: string;
  readonly workflow: string;
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

/** A running engine: one Program, its ports, and everything that works. */
export interface Engine {
  readonly program: Program;
  readonly agents: {
    /** A session of an agent instance. Throws Problem `agent_not_found`, `invalid_request` (bad ids). */
    session(agent: string, instance: string, session?: string): Session;
  };
  readonly workflows: {
    /** Admits a run; resolves when it is committed. Throws Problem `workflow_not_found`, `invalid_input`, `store_unavailable`. */
    start(workflow: string, input?: Json): Promise<{ readonly runId: string; readonly acceptedAt: string }>;
    /** Starts a run and waits for its output; throws the run's Problem when it fails. */
    run(
      workflow: string,
      input?: Json,
      options?: { readonly signal?: AbortSignal },
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
    /** Asks a run to stop; false when it had ended. */
    cancel(runId: string): Promise<boolean>;
  };
  /** All executions, for listings. */
  executions(filter: ExecutionFilter): Promise<readonly Execution[]>;
  /** Stops admitting, lets work finish for `graceMs` (default 0: stop at once, unfinished runs resume at the next start), closes the store. */
  close(options?: { readonly graceMs?: number }): Promise<void>;
}
