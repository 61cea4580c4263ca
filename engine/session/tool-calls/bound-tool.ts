import type { Json, JsonObject } from '../../core/json.ts';
import type { ToolCallPart, ToolResultPart, Usage } from '../../core/message.ts';
import type { KeepWhole } from './keep-whole.ts';
import type { ToolSpec } from '../../ports/model.ts';
import type { Permissions } from '../../program/permissions.ts';
import type { ToolKind } from '../../program/tool-kinds.ts';
import type { Retry } from '../../program/tool.ts';

/** What a tool call may use while it runs. */
export interface CallContext {
  readonly signal: AbortSignal;
  readonly call: ToolCallPart;
  /** Names the call within its operation, also when a model gives two calls the same id. */
  readonly callKey: string;
  /** From 1. */
  readonly attempt: number;
  /** Stops the time of the call while it does nothing but wait for people, and lets it go on. */
  hold(isHeld: boolean): void;
  /** Calls another tool of the operation, as its model would: with checks, permissions and events. */
  callTool(tool: string, input: Json): Promise<ToolResultPart>;
  log(message: string, fields?: JsonObject): void;
  /** Says how far the call is, from 0 to 1. */
  progress(ratio: number, message?: string): void;
  /** Told what models used for the call, apart from tasks. */
  used(usage: Usage, modelCalls: number): void;
}

/** A tool made ready for one operation: what the model is told, and how to run it. */
export interface BoundTool {
  readonly spec: ToolSpec;
  readonly timeoutMs?: number;
  readonly retry?: Retry;
  /** Whether a call that was cut off may be made again under the same key: it changes nothing, or nothing more the second time. */
  readonly repeatable: boolean;
  /** What its calls are like; absent: nobody knows. */
  readonly kinds?: readonly ToolKind[];
  /** Rules of its own for its calls. */
  readonly permissions?: Permissions;
  /** No rule is about it: it is the engine's own way to hear of the model. */
  readonly isFree?: true;
  /** Keeps a result that is too long to be shown; absent: it is lost. */
  readonly keepWhole?: KeepWhole;
  /** Whether its work ends soon after its signal, so that it is waited for and not left behind. */
  readonly endsItself?: true;
  /**
   * The tool that a call is really for, with what it is given: its schema, rules and times hold, and it is the one that runs. Throws
   * Problem `tool_input_invalid` when there is none.
   */
  standsFor?(input: Json): { readonly tool: BoundTool; readonly input: Json };
  run(input: Json, context: CallContext): Promise<Json>;
}
