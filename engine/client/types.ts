import type { EngineEvent } from '../core/event.ts';
import type { Json, JsonSchema } from '../core/json.ts';
import type { ImagePart, Message, Usage } from '../core/message.ts';
import type { ProblemData } from '../core/problem.ts';
import type { ExecutionState } from '../core/status.ts';
import type { TypedReport } from '../core/typed-report.ts';
import type { WebSocketConstructor } from './web-socket.ts';

/** Where the server is and how to reach it. */
export interface ClientOptions {
  /** For example `http://127.0.0.1:8000`. */
  readonly baseUrl: string;
  /** Default: the global one. */
  readonly fetch?: typeof fetch;
  /** Default: the global `WebSocket`, else the package `ws`. */
  readonly webSocket?: WebSocketConstructor;
  /** Sent with every request; with sockets only where `ws` carries them, since browsers cannot. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds a whole answer may take (not a stream); default 300000. */
  readonly timeoutMs?: number;
  /** Milliseconds without a sign of life after which a stream or socket is opened again; default 40000, servers give one every 15 s. */
  readonly silenceMs?: number;
}

/** An agent or workflow that is served. */
export interface Listed {
  readonly name: string;
  readonly description: string;
  readonly inputSchema?: JsonSchema;
  readonly outputSchema?: JsonSchema;
}

/** What to say to an agent. */
export interface Prompt {
  readonly message?: string;
  /** Typed input, for an agent with an `inputSchema`. */
  readonly input?: Json;
  /** Default `default`. */
  readonly session?: string;
  readonly role?: string;
  readonly model?: string;
  readonly thinking?: 'off' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh';
  readonly images?: readonly Omit<ImagePart, 'type'>[];
  /** JSON Schema of the answer. */
  readonly result?: JsonSchema;
}

/** What an agent answers. */
export interface PromptResult {
  readonly text: string;
  readonly output: Json;
  readonly usage: Usage;
  readonly model: string;
  readonly submissionId: string;
  readonly attempts: number;
  /** How the typed result came about; absent without a schema, and where the answer is that of an earlier call. */
  readonly typed?: TypedReport;
}

/** Options of calls that start work. */
export interface StartOptions extends CallOptions {
  /** The same key with the same body is the same work; with another body it is refused with `conflict`. */
  readonly idempotencyKey?: string;
}

/** A message that was accepted. */
export interface SubmissionReceipt {
  readonly submissionId: string;
  readonly acceptedAt: string;
}

/** A message to an agent. */
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
  readonly error?: ProblemData;
  readonly usage?: Usage;
  readonly acceptedAt: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
}

/** One part of a condition, what it gave, and where that came from. */
export interface ConditionPart {
  readonly source: string;
  readonly value?: Json;
  readonly error?: string;
  readonly ignored?: true;
  readonly path?: readonly string[];
  readonly from?: string;
  readonly parts: readonly ConditionPart[];
}

/** Why a step of a run went as it did. */
export interface Explanation {
  readonly runId: string;
  readonly workflow: string;
  readonly step: string;
  readonly verb: string;
  readonly status: string;
  readonly error?: ProblemData;
  readonly reason: string;
  readonly conditions: readonly {
    readonly step: string;
    readonly kind: 'if' | 'case';
    readonly index?: number;
    readonly tree?: ConditionPart;
    readonly chosen: boolean;
    /** Changes that would have made it otherwise; each list is enough. */
    readonly otherwise: readonly (readonly {
      readonly path: readonly string[];
      readonly was?: Json;
      readonly needs: string;
      readonly to: Json;
    }[])[];
  }[];
}

/** A page of stored events. */
export interface EventsOptions extends CallOptions {
  readonly after?: number;
  readonly limit?: number;
  readonly types?: readonly string[];
}

/** A run that was accepted. */
export interface Receipt {
  readonly runId: string;
  readonly acceptedAt: string;
  readonly state: ExecutionState;
}

/** A run that succeeded. */
export interface RunResult {
  readonly runId: string;
  readonly output: Json;
  readonly usage: Usage;
}

/** A run. */
export interface RunRecord {
  readonly runId: string;
  readonly workflow: string;
  /** The run that this one does again, or is part of. */
  readonly parent?: string;
  readonly state: ExecutionState;
  readonly input: Json;
  readonly output?: Json;
  readonly error?: ProblemData;
  readonly usage?: Usage;
  readonly hash: string;
  readonly createdAt: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly durationMs?: number;
}

/** What a step asks a person. */
export interface Approval {
  /** Id of the run or submission, `/`, and `step`. */
  readonly id: string;
  /** The run that waits; absent for a submission. */
  readonly runId?: string;
  readonly workflow?: string;
  /** The submission that waits; absent for a run. */
  readonly submissionId?: string;
  /** The agent whose model wants to make a call. */
  readonly agent?: string;
  readonly instance?: string;
  readonly session?: string;
  /** Path of the step; of a call its id, in a run behind the path and `/`. */
  readonly step: string;
  /** `approval` wants a decision, `ask` an answer, `tool` a decision on a tool call of a model. */
  readonly kind: 'approval' | 'ask' | 'tool';
  /** The call, and the rule by which it needs approval; null: no rule allows it. */
  readonly tool?: { readonly name: string; readonly input: Json; readonly rule: string | null };
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

/** What a person answers. */
export interface ApprovalAnswer {
  /** Needed for an `approval` and a `tool`, and only there. */
  readonly decision?: 'approved' | 'rejected';
  /** The answer to an `ask`, or what the form of an approval wants. */
  readonly data?: Json;
  /** Who answers. */
  readonly by?: string;
}

/** Which messages to list. */
export interface SubmissionFilter {
  readonly agent?: string;
  /** Only with an `agent`. */
  readonly instance?: string;
  /** Only with an `instance`. */
  readonly session?: string;
  readonly state?: ExecutionState | readonly ExecutionState[];
  /** ISO time: only what was accepted then or later. */
  readonly since?: string;
  /** 1 to 1000, default 100. */
  readonly limit?: number;
  /** The `next` of the page before. */
  readonly before?: string;
}

/** Which runs to list. */
export interface RunFilter {
  readonly workflow?: string;
  readonly state?: ExecutionState | readonly ExecutionState[];
  /** 1 to 1000, default 100. */
  readonly limit?: number;
  /** The `next` of the page before. */
  readonly before?: string;
}

/** Ends a call early: it throws Problem `aborted`. The server goes on. */
export interface CallOptions {
  readonly signal?: AbortSignal;
}

/** A client of one server. Every method throws Problems: those of the server, `server_unreachable`, `timeout`, `aborted`. */
export interface Client {
  health(options?: CallOptions): Promise<{ readonly status: string }>;
  readonly agents: {
    list(options?: CallOptions): Promise<readonly Listed[]>;
    invoke(name: string, id: string, prompt: Prompt, options?: StartOptions): Promise<PromptResult>;
    /** Hands over a message and does not wait for its answer. */
    dispatch(name: string, id: string, prompt: Prompt, options?: StartOptions): Promise<SubmissionReceipt>;
    /** Events until `submission_end`; a failed prompt ends the iteration with its Problem. Connects again like `runs.stream`. */
    stream(name: string, id: string, prompt: Prompt, options?: StartOptions): AsyncIterable<EngineEvent>;
    /** Messages so far, oldest first. */
    history(name: string, id: string, session?: string, options?: CallOptions): Promise<readonly Message[]>;
    /** False when nothing ran. */
    abort(name: string, id: string, session?: string, options?: CallOptions): Promise<boolean>;
    /** An open WebSocket. */
    connect(name: string, id: string): Promise<AgentConnection>;
  };
  readonly workflows: {
    list(options?: CallOptions): Promise<readonly Listed[]>;
    /** Starts a run; with `wait` the output, or the Problem of the run with its id in the details. */
    invoke(
      name: string,
      input: Json | undefined,
      options: StartOptions & { readonly wait: true },
    ): Promise<RunResult>;
    invoke(name: string, input?: Json, options?: StartOptions & { readonly wait?: false }): Promise<Receipt>;
    /** Starts a run and gives its events until `run_end`, which tells how it ended; reconnects like `runs.stream`. */
    stream(name: string, input?: Json, options?: StartOptions): AsyncIterable<EngineEvent>;
    /** An open WebSocket. */
    connect(name: string): Promise<WorkflowConnection>;
  };
  readonly runs: {
    get(runId: string, options?: CallOptions): Promise<RunRecord>;
    /** Newest first; `next` is null on the last page. */
    list(
      filter?: RunFilter,
      options?: CallOptions,
    ): Promise<{ readonly runs: readonly RunRecord[]; readonly next: string | null }>;
    /** Stored events; the next page comes after `nextAfter`. */
    events(
      runId: string,
      options?: EventsOptions,
    ): Promise<{
      readonly runId: string;
      readonly events: readonly EngineEvent[];
      readonly nextAfter: number;
    }>;
    /** Events after an index until `run_end`; connects again when the connection breaks, without gap or duplicate. */
    stream(runId: string, options?: CallOptions & { readonly after?: number }): AsyncIterable<EngineEvent>;
    /** False when it had ended. */
    cancel(runId: string, options?: CallOptions): Promise<boolean>;
    /** Sends an event to a run; false when the same `idempotencyKey` has sent one of this topic already. */
    signal(runId: string, topic: string, payload?: Json, options?: StartOptions): Promise<boolean>;
    /** Starts a run with the input of one that failed or was cancelled. */
    redrive(runId: string, options?: CallOptions): Promise<Receipt>;
    /** Starts a run that goes on where one failed or was cancelled. */
    resume(runId: string, options?: CallOptions): Promise<Receipt>;
    /** Starts a run that goes on where one that has ended came to a step. */
    fork(runId: string, from: string, options?: CallOptions): Promise<Receipt>;
    /** Why a step, by its path or id, went as it did. */
    why(runId: string, step: string, options?: CallOptions): Promise<Explanation>;
  };
  readonly approvals: {
    /** What is open, of the newest run first. */
    list(
      filter?: {
        readonly workflow?: string;
        readonly runId?: string;
        readonly agent?: string;
        readonly submissionId?: string;
        readonly limit?: number;
      },
      options?: CallOptions,
    ): Promise<readonly Approval[]>;
    /** Gives the one answer to what a step, or a tool call, of a run or submission asks. */
    resolve(id: string, step: string, answer: ApprovalAnswer, options?: CallOptions): Promise<void>;
  };
  readonly submissions: {
    /** Newest first; `next` is null on the last page. */
    list(
      filter?: SubmissionFilter,
      options?: CallOptions,
    ): Promise<{ readonly submissions: readonly SubmissionRecord[]; readonly next: string | null }>;
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
    /** Events after an index until `submission_end`; connects again like `runs.stream`. */
    stream(
      submissionId: string,
      options?: CallOptions & { readonly after?: number },
    ): AsyncIterable<EngineEvent>;
    /** False when it had ended. */
    abort(submissionId: string, options?: CallOptions): Promise<boolean>;
  };
}

/**
 * A socket to an agent instance. When it breaks or falls silent, it is opened again, and what was asked goes on without gap and
 * without being done twice. Leaving a loop over events early ends nothing else.
 */
export interface AgentConnection {
  prompt(message: string, options?: Omit<Prompt, 'message'> & StartOptions): Promise<PromptResult>;
  /** Events until `submission_end`; a failed prompt ends the iteration with its Problem. */
  stream(message: string, options?: Omit<Prompt, 'message'> & StartOptions): AsyncIterable<EngineEvent>;
  /** Events of a message to this instance after an index, until `submission_end`; ends with its Problem when it failed. */
  subscribe(
    submissionId: string,
    options?: CallOptions & { readonly after?: number },
  ): AsyncIterable<EngineEvent>;
  /** What is at work goes on without us; calls that wait throw Problem `aborted`. */
  close(): void;
}

/** A socket to a workflow, like one to an agent instance. */
export interface WorkflowConnection {
  invoke(input?: Json, options?: StartOptions): Promise<RunResult>;
  /** Events until `run_end`; a failed run ends the iteration with its Problem. */
  stream(input?: Json, options?: StartOptions): AsyncIterable<EngineEvent>;
  /** Events of a run of this workflow after an index, until `run_end`; ends with its Problem when it failed. */
  subscribe(runId: string, options?: CallOptions & { readonly after?: number }): AsyncIterable<EngineEvent>;
  close(): void;
}
