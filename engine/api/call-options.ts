import type { EngineEvent } from '../core/event.ts';
import type { Json, JsonObject, JsonSchema } from '../core/json.ts';
import type { ImagePart } from '../core/message.ts';
import type { AnyToolDefinition } from '../ports/tool-source.ts';
import type { Thinking } from '../program/model.ts';
import type { ResultSchema } from './result-schema.ts';

/** How every call of a session may be stopped, repeated and watched. */
export interface CallControl {
  readonly signal?: AbortSignal;
  /** Milliseconds. */
  readonly timeoutMs?: number;
  /** The same key with the same prompt is one prompt, whose answer every call gets; with another prompt it is a `conflict`. */
  readonly idempotencyKey?: string;
  /** Receives the events of this prompt, live ones included. */
  readonly onEvent?: (event: EngineEvent) => void;
}

/** What one call may use besides what its agent has. No other call sees it. */
export interface CallGrants {
  /** Names of commands that may run, where the sandbox of the agent names those that may. */
  readonly commands?: readonly string[];
  /** Names of declared secrets: tools may read them, and commands find them in their environment. */
  readonly secrets?: readonly string[];
}

/** A file for one call: a path in the workspace, or the content with a name. Images are shown as such; everything else is UTF-8 text. */
export type CallFile =
  | string
  | { readonly name: string; readonly text: string }
  | {
      readonly name: string;
      readonly data: Uint8Array;
      /** Default what the ending of the name says. */
      readonly mediaType?: string;
    };

/** Options of everything that asks a model. */
export interface CallOptions<Result extends ResultSchema = JsonSchema> extends CallControl, CallGrants {
  /** JSON Schema of the typed result, or a schema of zod and the like; default the agent's `outputSchema`. */
  readonly result?: Result;
  /** How often an answer that does not fit may be corrected; default the agent's `retries`. */
  readonly retries?: number;
  readonly role?: string;
  /** `provider/model` or an alias. */
  readonly model?: string;
  readonly thinking?: Thinking;
  readonly images?: readonly Omit<ImagePart, 'type'>[];
  readonly files?: readonly CallFile[];
  /**
   * More tools: names of declared ones, or `defineTool` objects with a `name`. An object ends with the process: after a restart its
   * calls fail, which the model is told.
   */
  readonly tools?: readonly (string | AnyToolDefinition)[];
}

/** Options of one prompt. */
export interface PromptOptions<Result extends ResultSchema = JsonSchema> extends CallOptions<Result> {
  /** Typed input for an agent with an `inputSchema`. */
  readonly input?: Json;
}

/** Options of work by a skill. */
export interface SkillOptions<Result extends ResultSchema = JsonSchema> extends CallOptions<Result> {
  /** What the skill shall be done with. */
  readonly args?: Json;
}

/** Options of a task. */
export interface TaskOptions<Result extends ResultSchema = JsonSchema> extends Omit<
  CallOptions<Result>,
  'tools'
> {
  /** A subagent of the agent; default the agent itself, with an empty history. */
  readonly agent?: string;
  /** A few words for people who watch. */
  readonly description?: string;
  /** Folder of the workspace that it is about, and all it sees. */
  readonly cwd?: string;
  /** For a subagent with an `inputSchema`. */
  readonly input?: Json;
  /** Names of declared tools. */
  readonly tools?: readonly string[];
}

/** Options of a command. */
export interface ShellOptions extends CallControl, CallGrants {
  /** Folder of the workspace; default the workspace. */
  readonly cwd?: string;
  /** Variables for the command. Their values are stored nowhere. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Options of a compaction. */
export interface CompactOptions extends CallControl {
  /** What the summary shall pay attention to. */
  readonly instructions?: string;
  /** Tokens of the newest messages that stay as they are; default what the agent says, at most half. */
  readonly keepTokens?: number;
  /** Default the model of the agent's compaction, or its own. */
  readonly model?: string;
}

/** Options of code that is run. */
export interface CodeOptions<Result extends ResultSchema = JsonSchema> {
  /** What the code finds as variables; default none. */
  readonly inputs?: JsonObject;
  /**
   * What the code may call besides the functions for files: gets what it is given by position, and what it is given by name as a last
   * object. What it throws is an exception that the code may catch; a call has two minutes.
   */
  readonly functions?: Readonly<Record<string, (...args: Json[]) => unknown>>;
  /** JSON Schema of the value, or a schema of zod and the like; default any. */
  readonly result?: Result;
  /** Look at the types first, which may refuse code that would run; default false. */
  readonly typeCheck?: boolean;
  /**
   * `new`: the result has the variables of the code as `state`, with which later code goes on. Such code calls no functions, and knows no
   * files. Default: nothing is kept.
   */
  readonly state?: Uint8Array | 'new';
  readonly limits?: {
    /** Default 64. */
    readonly memoryMb?: number;
    /** Calls inside calls; default 200. */
    readonly depth?: number;
    /** Default 10 million. */
    readonly allocations?: number;
    /** Characters of what it prints that are kept; default 64,000. */
    readonly outputChars?: number;
  };
  readonly signal?: AbortSignal;
  /** Milliseconds that it computes, default 5000; what its functions take does not count. */
  readonly timeoutMs?: number;
  /** Name of a runner; default `monty`. */
  readonly runner?: string;
}

/** What code that was run left. */
export interface RunCodeResult<Value = Json> {
  /** Value of its last expression. */
  readonly value: Value;
  /** What it printed. */
  readonly stdout: string;
  /** Whether it printed more than was kept. */
  readonly truncated: boolean;
  /** Its variables, when they were asked for. */
  readonly state?: Uint8Array;
}
