import type { Json, JsonObject } from '../core/json.ts';
import type { ModelFacts } from './model-facts.ts';
import type { Expression, Template, Value } from '../expr/index.ts';

/** How hard a model should reason. */
export type Thinking = 'off' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh';

/** Sampling settings; absent means the provider's default. */
export interface ModelSettings {
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly maxOutputTokens?: number;
  readonly stopSequences?: readonly string[];
  readonly seed?: number;
  readonly presencePenalty?: number;
  readonly frequencyPenalty?: number;
  /** Passed to the provider as it is. */
  readonly providerOptions?: JsonObject;
}

/** A resolved model reference: `provider/id`, aliases replaced. */
export interface ModelChoice {
  /** Name of a provider of the config, or a built-in one. */
  readonly provider: string;
  readonly id: string;
  /** Settings of the alias it came from. */
  readonly settings: ModelSettings;
  /** The alias it came from: what the config says of the model, and what it falls back to, is found by it. */
  readonly alias?: string;
}

/** A model provider as configured. */
export interface Provider {
  readonly name: string;
  readonly type: 'openai' | 'anthropic' | 'google' | 'openai-compatible' | 'script';
  readonly baseUrl: string | undefined;
  /** Leaves may read `secrets`. */
  readonly headers: Readonly<Record<string, Value>>;
  /** Name of the secret that holds the key. */
  readonly apiKey: string | undefined;
  readonly options: JsonObject;
  /** Whether OpenAI may keep the answers; it may not unless it is said. */
  readonly storeResponses?: boolean;
  /** What the config says of all its models. */
  readonly facts?: ModelFacts;
  /** What the config says of single models, by id. */
  readonly models?: Readonly<Record<string, ModelFacts>>;
  /** How calls that fail are made again; absent means the defaults. */
  readonly retry?: ProviderRetry;
  /** Milliseconds a stream may be silent before its call fails; absent means 120,000. */
  readonly idleMs?: number;
}

/** When a failed call of a provider is made again. */
export interface ProviderRetry {
  /** Calls in all, the first one included. */
  readonly maxAttempts: number;
  /** Milliseconds before the second call; the wait doubles from call to call. */
  readonly delayMs: number;
  /** Longest wait; a provider that asks for a longer one is not called again. */
  readonly maxDelayMs: number;
  /** No call is begun later than this after the first one. */
  readonly budgetMs: number;
}

/** A scripted model (`script/<name>`): ordered rules, the first that matches answers. */
export interface ScriptedModel {
  readonly name: string;
  readonly rules: readonly ScriptRule[];
}

/** One rule of a scripted model. All given matchers must hold; none given always matches. */
export interface ScriptRule {
  readonly match: {
    /** Part of the last user text, compared without case. */
    readonly text?: string;
    /** Regular expression (RE2) over the last user text. */
    readonly pattern?: string;
    /** The last message holds the result of this tool. */
    readonly tool?: string;
    /** Part of the result of `tool`, or of any, since the last user message, compared without case. */
    readonly result?: string;
    /** Part of the system prompt, compared without case. */
    readonly system?: string;
    /** Name of the agent that asks. */
    readonly agent?: string;
    /** Path of the workflow step that asks. */
    readonly step?: string;
    /** Which model turn of the operation this is, from 1. */
    readonly turn?: number;
    readonly when?: Expression;
  };
  /** What it answers; the first reply of a sequence. */
  readonly reply: ScriptReply;
  /** Replies given one after the other, counted from the start of the engine; after the last one the call fails. */
  readonly sequence?: {
    readonly replies: readonly ScriptReply[];
    /** Begin again after the last one. */
    readonly repeat: boolean;
  };
  /** How often it may be given, counted from the start of the engine; then it is passed over. */
  readonly times?: number;
}

/** What a scripted model answers; templates see `{text, messages, results, result, input, turn, agent, match}`. */
export interface ScriptReply {
  readonly text?: Template;
  /** The text in the pieces in which it is sent. */
  readonly chunks?: readonly Template[];
  /** Milliseconds between two pieces of text. */
  readonly chunkDelayMs?: number;
  /** Sent as JSON text. Leaves may be `${{ }}`. */
  readonly json?: Value;
  readonly thinking?: Template;
  readonly toolCalls?: readonly { readonly tool: string; readonly input?: Value }[];
  readonly error?: {
    readonly code: string;
    readonly message: string;
    readonly status?: number;
    /** Whether it may pass; absent means by status and code. */
    readonly retryable?: boolean;
    /** Milliseconds the provider asks to wait. */
    readonly retryAfterMs?: number;
    /** Sent before the call breaks off. */
    readonly after?: Template;
  };
  /** Tokens it is said to have used; absent ones are counted by the length of the texts, or none. */
  readonly usage?: {
    readonly inputTokens?: number;
    readonly outputTokens?: number;
    readonly cacheReadTokens?: number;
    readonly cacheWriteTokens?: number;
    readonly reasoningTokens?: number;
  };
  /** Milliseconds before the first byte. */
  readonly delayMs?: number;
  readonly source: Json;
}
