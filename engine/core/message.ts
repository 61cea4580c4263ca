import type { Json, JsonObject } from './json.ts';

/** Text of a user or a model. */
export interface TextPart {
  readonly type: 'text';
  readonly text: string;
}

/** A model's reasoning; `provider` carries what the provider needs to see again (signatures). */
export interface ThinkingPart {
  readonly type: 'thinking';
  readonly text: string;
  readonly provider?: JsonObject;
}

/** An image for the model: base64 data, or a URL. */
export interface ImagePart {
  readonly type: 'image';
  readonly image: string;
  /** For example `image/png`. */
  readonly mediaType: string;
}

/** A model asks for a tool. */
export interface ToolCallPart {
  readonly type: 'tool_call';
  readonly toolCallId: string;
  readonly toolName: string;
  readonly input: Json;
  /** Why the call cannot be run as it is (malformed JSON from the model). */
  readonly invalid?: string;
  readonly provider?: JsonObject;
}

/** What a tool gave back. */
export interface ToolResultPart {
  readonly type: 'tool_result';
  readonly toolCallId: string;
  readonly toolName: string;
  readonly output: Json;
  readonly isError: boolean;
}

/** One message of a conversation, as the model sees it. The system prompt is not a message. */
export type Message =
  | { readonly role: 'user'; readonly content: readonly (TextPart | ImagePart)[] }
  | {
      readonly role: 'assistant';
      readonly content: readonly (TextPart | ThinkingPart | ToolCallPart)[];
      /** What the model had written when it was stopped: no answer. */
      readonly aborted?: true;
    }
  | { readonly role: 'tool'; readonly content: readonly ToolResultPart[] };

/**
 * Tokens of one or more model calls. Input counts include cached tokens. `costUsd` is the known part of the cost: it is absent, never
 * zero, where nothing is known of it.
 */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly totalTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly reasoningTokens: number;
  readonly costUsd?: number;
  /** Calls whose price is not known, so that `costUsd` says nothing of them; absent: none. */
  readonly unpricedCalls?: number;
}

/** No tokens at all. */
export const noUsage: Usage = {
  inputTokens: 0,
  outputTokens: 0,
  totalTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
};

/** The sum of two usages; cost is known only as far as either knows it. */
export function addUsage(a: Usage, b: Usage): Usage {
  const unpricedCalls = (a.unpricedCalls ?? 0) + (b.unpricedCalls ?? 0);
  const cost =
    a.costUsd === undefined && b.costUsd === undefined ? undefined : (a.costUsd ?? 0) + (b.costUsd ?? 0);
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    totalTokens: a.totalTokens + b.totalTokens,
    cacheReadTokens: a.cacheReadTokens + b.cacheReadTokens,
    cacheWriteTokens: a.cacheWriteTokens + b.cacheWriteTokens,
    reasoningTokens: a.reasoningTokens + b.reasoningTokens,
    ...(cost === undefined ? {} : { costUsd: cost }),
    ...(unpricedCalls === 0 ? {} : { unpricedCalls }),
  };
}

/** All text of a message, joined. */
export function textOf(message: Message): string {
  return message.content
    .filter((part): part is TextPart => part.type === 'text')
    .map((part) => part.text)
    .join('');
}
