import type {
  JSONValue,
  LanguageModelV3FilePart,
  LanguageModelV3Message,
  LanguageModelV3Prompt,
  LanguageModelV3TextPart,
  LanguageModelV3ToolResultPart,
  SharedV3ProviderOptions,
} from '@ai-sdk/provider';
import { isObject, type JsonObject } from '../../core/json.ts';
import type {
  ImagePart,
  Message,
  TextPart,
  ThinkingPart,
  ToolCallPart,
  ToolResultPart,
} from '../../core/message.ts';

type AssistantContent = Extract<LanguageModelV3Message, { role: 'assistant' }>['content'][number];

/**
 * The conversation as the AI SDK's providers take it, system prompt first. Assistant messages without content are left out,
 * because providers refuse them, and what users say one after the other is one message.
 */
export function toPrompt(system: string, messages: readonly Message[]): LanguageModelV3Prompt {
  const { prompt } = conversationOf(messages);
  return system === '' ? [...prompt] : [{ role: 'system', content: system }, ...prompt];
}

/** Messages, and what became of them. */
interface Conversation {
  readonly messages: Message[];
  readonly prompt: LanguageModelV3Prompt;
}

/** Every call of a conversation has all that the one before had, in the same array. */
const known = new WeakMap<readonly Message[], Conversation>();

/** Messages in the words of the SDK, those that were there at the last call the same objects, which nobody may change. */
function conversationOf(messages: readonly Message[]): Conversation {
  const before = known.get(messages);
  const conversation =
    before?.messages.every((message, index) => message === messages[index]) === true
      ? before
      : { messages: [], prompt: [] };
  if (conversation !== before) known.set(messages, conversation);
  for (let next = conversation.messages.length; next < messages.length; next += 1) {
    const message = messages[next] as Message;
    const converted = convert(message);
    conversation.messages.push(message);
    add(conversation.prompt, converted);
  }
  return conversation;
}

function add(prompt: LanguageModelV3Prompt, next: LanguageModelV3Message | undefined): void {
  const last = prompt.at(-1);
  if (next === undefined) return;
  if (next.role === 'user' && last?.role === 'user')
    // Some local models take users and assistants in turns only.
    prompt[prompt.length - 1] = { role: 'user', content: [...last.content, ...next.content] };
  else prompt.push(next);
}

/** A message in the words of the SDK; undefined: nothing to send. */
function convert(message: Message): LanguageModelV3Message | undefined {
  if (message.role === 'user') return { role: 'user', content: message.content.map(userPart) };
  if (message.role === 'tool') return { role: 'tool', content: message.content.map(resultPart) };
  const content = message.content.filter((part) => part.type !== 'text' || part.text !== '');
  return content.length === 0 ? undefined : { role: 'assistant', content: content.map(assistantPart) };
}

function userPart(part: TextPart | ImagePart): LanguageModelV3TextPart | LanguageModelV3FilePart {
  if (part.type === 'text') return { type: 'text', text: part.text };
  return { type: 'file', mediaType: part.mediaType, data: imageData(part.image) };
}

/** Base64 data as it is, a data URL without its head, any other URL as a URL. */
function imageData(image: string): string | URL {
  if (/^https?:\/\//i.test(image)) return new URL(image);
  return image.startsWith('data:') ? image.slice(image.indexOf(',') + 1) : image;
}

function assistantPart(part: TextPart | ThinkingPart | ToolCallPart): AssistantContent {
  switch (part.type) {
    case 'text':
      return { type: 'text', text: part.text };
    case 'thinking':
      return { type: 'reasoning', text: part.text, ...providerOptions(part.provider) };
    case 'tool_call':
      return {
        type: 'tool-call',
        toolCallId: part.toolCallId,
        toolName: part.toolName,
        // Providers take objects only; what the model wrote instead is told in the tool result.
        input: isObject(part.input) ? part.input : {},
        ...providerOptions(part.provider),
      };
  }
}

function resultPart(part: ToolResultPart): LanguageModelV3ToolResultPart {
  const head = { type: 'tool-result', toolCallId: part.toolCallId, toolName: part.toolName } as const;
  if (typeof part.output === 'string') {
    return { ...head, output: { type: part.isError ? 'error-text' : 'text', value: part.output } };
  }
  return { ...head, output: { type: part.isError ? 'error-json' : 'json', value: part.output as JSONValue } };
}

function providerOptions(metadata: JsonObject | undefined): { providerOptions?: SharedV3ProviderOptions } {
  return metadata === undefined ? {} : { providerOptions: metadata as SharedV3ProviderOptions };
}
