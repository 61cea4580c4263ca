import type { Json, JsonObject } from '../core/json.ts';

/** What code left. */
export interface CodeResult {
  /** Value of its last expression, as JSON. */
  readonly value: Json;
  /** What it printed, as far as the limit went. */
  readonly stdout: string;
  /** Whether it printed more than the limit. */
  readonly truncated: boolean;
  /** Its variables, when they were asked for: what another call goes on with. */
  readonly state?: Uint8Array;
}

/** What code may use at most. */
export interface CodeLimits {
  /** Milliseconds that it computes; what its functions take does not count. */
  readonly timeMs: number;
  /** Bytes of its values. */
  readonly memoryBytes: number;
  /** Calls inside calls. */
  readonly depth: number;
  /** Values that it makes. */
  readonly allocations: number;
  /** Characters of what it prints that are kept; more are left out, which is no failure. */
  readonly outputChars: number;
  /** Characters of its value as JSON text; a longer one fails. */
  readonly valueChars: number;
  /** Calls of functions. */
  readonly calls: number;
}

/** A function outside of the code that it may call. */
export interface CodeFunction {
  /** Names of what it takes, in order. */
  readonly parameters?: readonly string[];
  /**
   * Gets what the code gives by position and by name. What it throws is an exception in the code, which the code may catch, unless the
   * signal of the run has aborted.
   */
  call(args: readonly Json[], named: JsonObject, signal: AbortSignal): Promise<Json>;
}

/** What code runs with. */
export interface CodeContext {
  /** Variables that it finds. */
  readonly inputs: JsonObject;
  readonly functions: Readonly<Record<string, CodeFunction>>;
  readonly limits: CodeLimits;
  /** Looks at the types before anything runs. */
  readonly typeCheck: boolean;
  /** `state` of a result to go on with; `new` begins one; absent: nothing is kept, and the result has none. */
  readonly state?: Uint8Array | 'new';
  readonly signal: AbortSignal;
}

/**
 * Runs Python that nobody has looked at. Contract: the code reaches nothing but its inputs and functions; code that fails throws Problem
 * `tool_failed` whose details are a `CodeFault`; the same code with the same inputs and answers of its functions does the same; it ends
 * with the signal, and after its time with Problem `timeout`; the caller's thread is not held up; what it cannot do with a context
 * (functions together with a state, say) throws Problem `invalid_request`.
 */
export interface CodeRunner {
  /** What a model should know of its Python. */
  readonly about?: string;
  run(code: string, context: CodeContext): Promise<CodeResult>;
  /** Throws Problem `not_available`, with what to do about it, when nothing can be run here. */
  require?(): void;
  /** Ends what still runs. */
  close?(): Promise<void>;
}

/** Where and why code failed. */
export interface CodeFault {
  /** Name of the exception, such as `ValueError`. */
  readonly type: string;
  readonly message: string;
  /** From 1; absent where it is not known. */
  readonly line?: number;
  readonly column?: number;
  /** The line as it was written. */
  readonly source?: string;
  /** Functions that were at work, the innermost last. */
  readonly trace?: readonly { readonly line: number; readonly function: string }[];
  /** The end of what it had printed. */
  readonly stdout?: string;
}

/** Limits that hold where nothing else is said. */
export const defaultCodeLimits: CodeLimits = {
  timeMs: 5_000,
  memoryBytes: 64 * 1024 * 1024,
  depth: 200,
  allocations: 10_000_000,
  outputChars: 64_000,
  valueChars: 1_000_000,
  calls: 1_000,
};
