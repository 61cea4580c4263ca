import type { EngineEvent } from '../core/event.ts';
import type { Json, JsonSchema } from '../core/json.ts';
import type { ImagePart, Message, Usage } from '../core/message.ts';
import type { ProblemData } from '../core/problem.ts';
import type { ExecutionState } from '../core/status.ts';
import type { WebSocketConstructor } from './socket.ts';

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
    invoke(name: string, id: string, prompt: Prompt, options?: CallOptions): Promise<PromptResult>;
    /** Events until `submission_end`; a failed prompt ends the iteration with its Problem. */
    stream(name: string, id: string, prompt: Prompt, options?: CallOptions): AsyncIterable<EngineEvent>;
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
      options: CallOptions & { readonly wait: true },
    ): Promise<RunResult>;
    invoke(name: string, input?: Json, options?: CallOptions & { readonly wait?: false }): Promise<Receipt>;
    /** Starts a run and gives its events until `run_end`, which tells how it ended; reconnects like `runs.stream`. */
    stream(name: string, input?: Json, options?: CallOptions): AsyncIterable<EngineEvent>;
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
      options?: CallOptions & {
        readonly after?: number;
        readonly limit?: number;
        readonly types?: readonly string[];
      },
    ): Promise<{
      readonly runId: string;
      readonly events: readonly EngineEvent[];
      readonly nextAfter: number;
    }>;
    /** Events after an index until `run_end`; connects again when the connection breaks, without gap or duplicate. */
    stream(runId: string, options?: CallOptions & { readonly after?: number }): AsyncIterable<EngineEvent>;
    /** False when it had ended. */
    cancel(runId: string, options?: CallOptions): Promise<boolean>;
  };
}

/** A socket to an agent instance. */
export interface AgentConnection {
  prompt(message: string, options?: Omit<Prompt, 'message'> & CallOptions): Promise<PromptResult>;
  /** Events until `submission_end`; a failed prompt ends the iteration with its Problem. */
  stream(message: string, options?: Omit<Prompt, 'message'> & CallOptions): AsyncIterable<EngineEvent>;
  /** What is at work goes on without us. */
  close(): void;
}

/** A socket to a workflow. */
export interface WorkflowConnection {
  invoke(input?: Json, options?: CallOptions): Promise<RunResult>;
  /** Events until `run_end`; a failed run ends the iteration with its Problem. */
  stream(input?: Json, options?: CallOptions): AsyncIterable<EngineEvent>;
  close(): void;
}
