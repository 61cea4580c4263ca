import type { NewEvent } from '../core/event.ts';
import type { Json, JsonSchema } from '../core/json.ts';
import type { Message, ToolCallPart, ToolResultPart, Usage } from '../core/message.ts';
import type { ModelChoice, ModelSettings, Thinking } from '../program/model.ts';
import type { Models, ToolSpec } from './model.ts';

/** One operation for a harness: run the model over the tools until it stops asking for them. */
export interface HarnessTask {
  readonly model: ModelChoice;
  readonly system: string;
  /** History and the new user message, oldest first. */
  readonly messages: readonly Message[];
  readonly tools: readonly ToolSpec[];
  readonly outputSchema?: JsonSchema;
  readonly settings: ModelSettings;
  readonly thinking?: Thinking;
  readonly maxTurns: number;
  readonly origin: { readonly agent: string; readonly stepPath?: string; readonly input?: Json };
  readonly signal: AbortSignal;
}

/** What a harness may do while it works. */
export interface HarnessContext {
  readonly models: Models;
  /** Turn ids and event scopes are the harness's to fill: `turnId`, `toolCallId`. */
  emit(event: NewEvent): void;
  newTurnId(): string;
  /** Commits a message to the session's history; the harness awaits it before it goes on. */
  append(message: Message): Promise<void>;
  /** Checks, permits and runs a tool call, emits its events, gives an error result instead of throwing (aborts do throw). */
  callTool(call: ToolCallPart, turnId: string): Promise<ToolResultPart>;
  /** Called before each model call; throws Problem `limit_reached` when a budget is spent. */
  beforeTurn(usage: Usage, modelCalls: number): void;
  /** Called before each model call: what users said meanwhile, in the history already, for the end of the messages. */
  joining(): Promise<readonly Message[]>;
}

/** How an operation ended. */
export interface HarnessResult {
  /** Text of the last assistant message. */
  readonly text: string;
  readonly usage: Usage;
  readonly modelCalls: number;
}

/**
 * Runs the model loop of one operation. Contract: emits `turn_start` and `turn_end` around each model call and deltas between;
 * appends the assistant message before its tools run and all tool results of a turn as one message after; tools of one turn may
 * run in parallel, results keep call order; throws Problem `max_turns` when the model still wants tools after `maxTurns`;
 * stops on the signal.
 */
export interface Harness {
  readonly name: string;
  run(task: HarnessTask, context: HarnessContext): Promise<HarnessResult>;
}
