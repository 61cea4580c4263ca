import type { Json, JsonObject, JsonSchema } from '../core/json.ts';
import type { StandardSchema } from '../core/standard-schema.ts';
import type { Scope } from '../expr/index.ts';
import type { HttpTool, Tool } from '../program/tool.ts';
import type { Sandbox } from './sandbox.ts';

/** What a running tool may use. */
export interface ToolContext {
  /** Aborts when the call times out, or its operation or run is aborted. */
  readonly signal: AbortSignal;
  /** Writes a `log` event. */
  log(message: string, fields?: JsonObject): void;
  /** Writes a `progress` event: how much is done, from 0 to 1. */
  progress(ratio: number, message?: string): void;
  /**
   * Does a part of the work once for the call: what it gave is stored, and given again in further attempts and after a crash. Its
   * name is its own within the call, its result JSON.
   */
  step<T>(name: string, work: () => T | Promise<T>): Promise<T>;
  /** The workspace of the instance or run. */
  readonly sandbox: Sandbox;
  /** Secrets granted to this tool; throws Problem `missing_secret` for others. */
  readonly secrets: { get(name: string): string };
  readonly instance?: { readonly agent: string; readonly id: string; readonly session: string };
  readonly runId?: string;
  readonly stepPath?: string;
  readonly toolCallId: string;
  /** The same for every attempt of one call. */
  readonly idempotencyKey: string;
  /** From 1. */
  readonly attempt: number;
}

/** What `defineTool` takes: a tool in TypeScript. */
export interface ToolDefinition<Input = never, Output = unknown> {
  /** Needed by a tool that is given to one call; one of `src/tools/` is called as its file. */
  readonly name?: string;
  /** Needed when no YAML file describes the tool. */
  readonly description?: string;
  /** JSON Schema, or a schema of a library that follows Standard Schema: then `run` gets what that makes of the input. */
  readonly inputSchema?: JsonSchema | StandardSchema<Input>;
  /** The same for the result. */
  readonly outputSchema?: JsonSchema | StandardSchema<Output>;
  readonly annotations?: Tool['annotations'];
  run(input: Input, context: ToolContext): unknown;
}

/** A tool in TypeScript, whatever its input is. */
export type AnyToolDefinition = Omit<ToolDefinition, 'inputSchema'> & {
  readonly inputSchema?: JsonSchema | StandardSchema;
};

/** A declared tool made ready to run. */
export interface OpenTool {
  readonly description: string;
  readonly inputSchema: JsonSchema;
  readonly outputSchema: JsonSchema | undefined;
  /** What its module says of itself; the annotations of the declaration win. */
  readonly annotations?: Tool['annotations'];
  run(input: Json, context: ToolContext): Promise<Json>;
}

/** A request of a step. */
export interface StepRequest {
  /** Whose request it is, for messages: `step "rates"`. */
  readonly who: string;
  readonly request: Omit<HttpTool, 'type'>;
  /** What the request may read. */
  readonly scope: Scope;
  /** What its headers may read besides, and what it is signed with. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Sent as header `Idempotency-Key` with methods that change something, unless the request has that header. */
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
}

/** What a server answered. */
export interface HttpAnswer {
  readonly status: number;
  /** Names are in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** JSON, text, or null when there is none. */
  readonly body: Json;
}

/** Makes declared tools runnable. Contract: `open` imports user code at most once a tool; throws Problem `tool_invalid` when the module is unusable; `run` throws Problem `tool_failed` or what the tool threw. */
export interface ToolSource {
  open(tool: Tool): Promise<OpenTool>;
  /** Sends the request of a step, as safely as an `http` tool does. Throws Problem `tool_failed`, for a status of 400 or more too. */
  request(request: StepRequest): Promise<HttpAnswer>;
}
