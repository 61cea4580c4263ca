import type { NewEvent } from '../core/event.ts';
import { isObject, type Json, type JsonSchema } from '../core/json.ts';
import type { Message, ToolCallPart, ToolResultPart, Usage } from '../core/message.ts';
import { Problem } from '../core/problem.ts';
import type { ModelChoice, ModelSettings, Thinking } from '../program/model.ts';
import type { Models, ToolSpec } from './model.ts';

/** One operation for a harness: run the model over the tools until it stops asking for them. */
export interface HarnessTask {
  readonly model: ModelChoice;
  readonly system: string;
  readonly tools: readonly ToolSpec[];
  /** Goes with each model call, so that the text of the answer is JSON of it. */
  readonly outputSchema?: JsonSchema;
  /** Names of the tools by which the model ends the operation; they are run after the last turn too. */
  readonly endings?: readonly string[];
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
  /**
   * Called before each model call with what this run has used: throws Problem `limit_reached` when a budget is spent, puts what
   * users said meanwhile into the history, and leaves out old messages where the model's window is nearly full. Gives the messages of
   * the call, oldest first: a harness keeps none of its own, what it appended is among them. They hold until the harness appends.
   */
  nextTurn(usage: Usage, modelCalls: number): Promise<readonly Message[]>;
  /** Asked when the results of a turn were appended: true when a tool has ended the operation, so that no model is called any more. */
  isDone(): boolean;
  /**
   * Called when a model refused a call because the conversation is too long for it (`isOverflow`). True when messages were left out:
   * the harness then calls `nextTurn` again and repeats the call; false when it must throw the model's Problem.
   */
  makeRoom(): Promise<boolean>;
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
 * ends where `isDone` says so; stops on the signal.
 */
export interface Harness {
  readonly name: string;
  run(task: HarnessTask, context: HarnessContext): Promise<HarnessResult>;
}

/** Whether a model call failed because the conversation is too long for the model. */
export function isOverflow(thrown: unknown): boolean {
  return (
    thrown instanceof Problem && isObject(thrown.details) && thrown.details['reason'] === 'context_overflow'
  );
}
