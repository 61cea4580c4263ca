import type { Json, JsonSchema } from '../core/json.ts';
import type { Message, ToolCallPart, Usage } from '../core/message.ts';
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

/** What a model call streams: deltas, then exactly one `finish`. */
export type ModelEvent =
  | { readonly type: 'text_delta'; readonly text: string }
  | { readonly type: 'thinking_delta'; readonly text: string }
  | { readonly type: 'tool_call'; readonly call: ToolCallPart }
  | {
      readonly type: 'finish';
      readonly finish: Finish;
      readonly usage: Usage;
      /** The complete message: what is stored and sent back next turn. */
      readonly message: Extract<Message, { role: 'assistant' }>;
    };

/**
 * Calls models. Contract: `stream` throws Problem `missing_model`, `missing_secret`, `model_failed` (do not try again),
 * `model_unavailable` (may be tried again), `model_refused` or `aborted`; it stops, socket included, when the signal aborts;
 * calls may run in parallel; no tool is run by it.
 */
export interface Models {
  stream(request: ModelRequest): AsyncIterable<ModelEvent>;
}
