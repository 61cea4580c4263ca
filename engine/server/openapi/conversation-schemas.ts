import type { JsonObject } from '../../core/json.ts';
import type { Source } from '../../session/index.ts';
import { any, at, count, flag, listOf, objectOf, text, time } from './shape.ts';

const sources: readonly Source[] = ['prompt', 'skill', 'task', 'shell', 'dispatch', 'workflow'];

/** Schemas of conversations, by their names in the description of the API. */
export const conversationComponents: Readonly<Record<string, JsonObject>> = {
  TextPart: objectOf({ type: { const: 'text' }, text }),
  ThinkingPart: objectOf({ type: { const: 'thinking' }, text, provider: { type: 'object' } }, ['provider']),
  ImagePart: objectOf({ type: { const: 'image' }, image: text, mediaType: text }),
  ToolCallPart: objectOf(
    {
      type: { const: 'tool_call' },
      toolCallId: text,
      toolName: text,
      input: any,
      invalid: text,
      provider: { type: 'object' },
    },
    ['invalid', 'provider'],
  ),
  ToolResultPart: objectOf({
    type: { const: 'tool_result' },
    toolCallId: text,
    toolName: text,
    output: any,
    isError: flag,
  }),
  UserMessage: objectOf({
    role: { const: 'user' },
    content: listOf({ oneOf: [at('TextPart'), at('ImagePart')] }),
  }),
  AssistantMessage: objectOf(
    {
      role: { const: 'assistant' },
      content: listOf({ oneOf: [at('TextPart'), at('ThinkingPart'), at('ToolCallPart')] }),
      aborted: { const: true, description: 'It was stopped while it was written.' },
    },
    ['aborted'],
  ),
  ToolMessage: objectOf({ role: { const: 'tool' }, content: listOf(at('ToolResultPart')) }),
  Message: {
    description: 'One message of a conversation.',
    oneOf: [at('UserMessage'), at('AssistantMessage'), at('ToolMessage')],
  },
  MessageEntry: objectOf(
    {
      id: text,
      at: time,
      kind: { const: 'message' },
      source: { type: 'string', enum: sources },
      operation: { type: 'string', description: 'The submission that asked.' },
      message: at('Message'),
    },
    ['operation'],
  ),
  CompactionEntry: objectOf({
    id: text,
    at: time,
    kind: { const: 'compaction' },
    summary: text,
    from: { type: 'string', description: 'Id of the first entry that the model still sees.' },
  }),
  Entry: {
    description: 'What is stored of a conversation.',
    oneOf: [at('MessageEntry'), at('CompactionEntry')],
  },
  SessionNote: objectOf({
    session: text,
    entries: count,
    createdAt: time,
    updatedAt: time,
    state: { type: 'string', enum: ['idle', 'busy'] },
    pending: { ...count, description: 'How many are at work or wait in it.' },
  }),
  SessionMade: objectOf({ agent: text, instance: text, session: text }),
  InstanceNote: objectOf({ instance: text, sessions: count }),
  CompactResult: objectOf({
    submissionId: text,
    compacted: flag,
    summary: text,
    messagesBefore: count,
    messagesAfter: count,
    tokensBefore: count,
    tokensAfter: count,
    usage: at('Usage'),
  }),
  FileInfo: objectOf(
    {
      path: text,
      kind: { type: 'string', enum: ['file', 'folder', 'other'] },
      size: count,
      modified: { type: 'number', description: 'Milliseconds since 1970.' },
      link: { const: true },
    },
    ['link'],
  ),
};
