import type { Json, JsonSchema } from '../core/json.ts';
import type { Message, ToolCallPart, Usage } from '../core/message.ts';
import type { ProblemData } from '../core/problem.ts';
import type { ResultStrategy } from '../core/typed-report.ts';
import type { ModelChoice, ModelSettings, Thinking } from '../program/model.ts';

/** A tool as the model is told of it. */
export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: JsonSchema;
}

/** One model call. */
export interface ModelRequest {
  readonly model: ModelChoice;
  readonly system: string;
  readonly messages: readonly Message[];
  readonly tools: readonly ToolSpec[];
  /** Ask for JSON of this schema as the text, natively where the provider can. */
  readonly outputSchema?: JsonSchema;
  readonly settings: ModelSettings;
  readonly thinking?: Thinking;
  /** Who asks, for scripted models and telemetry. */
  readonly origin: {
    readonly agent: string;
    readonly stepPath?: string;
    readonly turn: number;
    readonly input?: Json;
  };
  readonly signal: AbortSignal;
}

/** Why a model stopped. */
export type Finish = 'stop' | 'tool_calls' | 'length' | 'content_filter' | 'other';

/** What a model call streams: `retry` for each attempt that failed, deltas, then exactly one `finish`. */
export type ModelEvent =
  | { readonly type: 'text_delta'; readonly text: string }
  | { readonly type: 'thinking_delta'; readonly text: string }
  | {
      /** A piece of the JSON text of a tool's input, before its `tool_call`; not every model gives these. */
      readonly type: 'tool_input_delta';
      readonly toolCallId: string;
      readonly toolName: string;
      readonly text: string;
    }
  | { readonly type: 'tool_call'; readonly call: ToolCallPart }
  | {
      /** The call failed before it gave anything and is made again after a wait; comes before all other events. */
      readonly type: 'retry';
      /** Whose call failed, `provider/id`. */
      readonly model: string;
      /** The attempt that failed, from 1. */
      readonly attempt: number;
      readonly waitMs: number;
      readonly error: ProblemData;
    }
  | {
      readonly type: 'finish';
      readonly finish: Finish;
      readonly usage: Usage;
      /** Who answered, `provider/model`, where it need not be the one that was asked. */
      readonly model?: string;
      /** The complete message: what is stored and sent back next turn. */
      readonly message: Extract<Message, { role: 'assistant' }>;
    };

/** How a result of one schema is asked of one model. */
export interface ResultWay {
  readonly strategy: ResultStrategy;
  /** Why the schema does not travel with the call. */
  readonly reason?: string;
}

/**
 * Calls models. Contract: `stream` throws Problem `missing_model`, `missing_secret`, `model_failed` (do not try again),
 * `model_unavailable` (may be tried again), `model_refused` or `aborted`; it stops, socket included, when the signal aborts;
 * calls may run in parallel; no tool is run by it.
 */
export interface Models {
  stream(request: ModelRequest): AsyncIterable<ModelEvent>;
  /** How to ask this model for a result; absent: with `outputSchema`. Throws Problem `missing_model`. */
  resultWay?(
    request: Pick<ModelRequest, 'model' | 'tools'> & { readonly outputSchema: JsonSchema },
  ): ResultWay;
}
