import type {
  LanguageModelV3StreamPart,
  LanguageModelV3ToolCall,
  LanguageModelV3Usage,
} from '@ai-sdk/provider';
import { isObject, isTooDeep, type Json, type JsonObject } from '../../core/json.ts';
import type { TextPart, ThinkingPart, ToolCallPart, Usage } from '../../core/message.ts';
import type { Finish, ModelEvent } from '../../ports/model.ts';

/** Turns the parts of one provider stream into model events, and gathers the complete message. */
export interface PartReader {
  /** The event a part gives, if any. Throws what an error part carries, as it is. */
  read(part: LanguageModelV3StreamPart): ModelEvent | undefined;
  /** The last event, or undefined when the stream ended without saying why. */
  end(): FinishEvent | undefined;
}

/** A finish with the provider's `error` not yet turned into a problem. */
export type FinishEvent = Omit<Extract<ModelEvent, { type: 'finish' }>, 'finish'> & {
  readonly finish: Finish | 'error';
};

/** A reader for one stream. */
export function readParts(): PartReader {
  const content: Draft[] = [];
  const open = new Map<string, Draft>();
  /** Tools whose input is being written, by call. */
  const writing = new Map<string, string>();
  let finished: FinishPart | undefined;

  const start = (draft: Draft, id: string, metadata: unknown): void => {
    content.push(draft);
    open.set(`${draft.type} ${id}`, draft);
    note(draft, metadata);
  };
  const grow = (type: 'text' | 'thinking', id: string, delta: string, metadata: unknown): void => {
    const draft = open.get(`${type} ${id}`);
    if (draft?.type !== type) return start({ type, text: delta }, id, metadata);
    draft.text += delta;
    note(draft, metadata);
  };

  return {
    read(part) {
      switch (part.type) {
        case 'text-start':
          start({ type: 'text', text: '' }, part.id, undefined);
          return undefined;
        case 'text-delta':
          grow('text', part.id, part.delta, undefined);
          return part.delta === '' ? undefined : { type: 'text_delta', text: part.delta };
        case 'reasoning-start':
          start({ type: 'thinking', text: '' }, part.id, part.providerMetadata);
          return undefined;
        case 'reasoning-delta':
          grow('thinking', part.id, part.delta, part.providerMetadata);
          return part.delta === '' ? undefined : { type: 'thinking_delta', text: part.delta };
        case 'reasoning-end':
          grow('thinking', part.id, '', part.providerMetadata);
          return undefined;
        case 'tool-input-start':
          // What the provider runs itself is not ours to show.
          if (part.providerExecuted !== true) writing.set(part.id, part.toolName);
          return undefined;
        case 'tool-input-delta': {
          const toolName = writing.get(part.id);
          return toolName === undefined || part.delta === ''
            ? undefined
            : { type: 'tool_input_delta', toolCallId: part.id, toolName, text: part.delta };
        }
        case 'tool-call': {
          // What the provider ran itself is not ours to run.
          if (part.providerExecuted === true) return undefined;
          const call = toolCall(part);
          content.push(call);
          return { type: 'tool_call', call };
        }
        case 'finish':
          finished = part;
          return undefined;
        case 'error':
          throw part.error;
        default:
          return undefined;
      }
    },
    end() {
      if (finished === undefined || isBrokenOff(finished)) return undefined;
      return {
        type: 'finish',
        finish: isBlocked(finished) ? 'content_filter' : finishOf(finished.finishReason.unified),
        usage: toUsage(finished.usage),
        message: { role: 'assistant', content: content.filter(hasContent) },
      };
    },
  };
}

type Writable<Part> = { -readonly [Key in keyof Part]: Part[Key] };
type Draft = Writable<TextPart> | Writable<ThinkingPart> | ToolCallPart;

/** Signatures come with any part of a reasoning block; the last one given holds. */
function note(draft: Draft, metadata: unknown): void {
  if (metadata !== undefined && draft.type === 'thinking') draft.provider = metadata as JsonObject;
}

function hasContent(draft: Draft): boolean {
  return (
    draft.type === 'tool_call' ||
    draft.text !== '' ||
    (draft.type === 'thinking' && draft.provider !== undefined)
  );
}

function toolCall(part: LanguageModelV3ToolCall): ToolCallPart {
  const head = { type: 'tool_call', toolCallId: part.toolCallId, toolName: part.toolName } as const;
  const provider =
    part.providerMetadata === undefined ? {} : { provider: part.providerMetadata as JsonObject };
  if (part.input.trim() === '') return { ...head, input: {}, ...provider };
  const refused = (invalid: string): ToolCallPart => ({ ...head, input: part.input, invalid, ...provider });
  let input: Json;
  try {
    input = JSON.parse(part.input) as Json;
  } catch {
    return refused('the input is not valid JSON');
  }
  return isTooDeep(input)
    ? refused('the input is nested deeper than 200 levels')
    : { ...head, input, ...provider };
}

type FinishPart = Extract<LanguageModelV3StreamPart, { type: 'finish' }>;

/** A connection that ends in the middle looks like the end of an answer, but with neither a reason nor a count of tokens. */
function isBrokenOff({ finishReason, usage }: FinishPart): boolean {
  const { unified, raw } = finishReason;
  const isCounted = usage.inputTokens.total !== undefined || usage.outputTokens.total !== undefined;
  return unified === 'other' && raw === undefined && !isCounted;
}

/** Google refuses a prompt without a word of an answer. */
function isBlocked({ providerMetadata }: FinishPart): boolean {
  const feedback = providerMetadata?.['google']?.['promptFeedback'];
  return isObject(feedback) && (feedback as JsonObject)['blockReason'] !== undefined;
}

function finishOf(
  reason: 'stop' | 'length' | 'content-filter' | 'tool-calls' | 'error' | 'other',
): Finish | 'error' {
  if (reason === 'tool-calls') return 'tool_calls';
  return reason === 'content-filter' ? 'content_filter' : reason;
}

function toUsage(usage: LanguageModelV3Usage): Usage {
  const inputTokens = usage.inputTokens.total ?? 0;
  const outputTokens = usage.outputTokens.total ?? 0;
  return {
    inputTokens,
    outputTokens,
    totalTokens: inputTokens + outputTokens,
    cacheReadTokens: usage.inputTokens.cacheRead ?? 0,
    cacheWriteTokens: usage.inputTokens.cacheWrite ?? 0,
    reasoningTokens: usage.outputTokens.reasoning ?? 0,
  };
}
