import type { JsonObject } from '../../core/json.ts';
import { sources } from '../work.ts';

/** Shape of the first line of an exported session. */
export const headLine: JsonObject = {
  type: 'object',
  required: ['format', 'version', 'entries'],
  properties: {
    format: { const: 'flue-session' },
    version: { const: 1 },
    agent: { type: 'string' },
    instance: { type: 'string' },
    session: { type: 'string' },
    entries: { type: 'integer', minimum: 0, maximum: 10_000_000 },
  },
};

const text = { type: 'string' };
const count = { type: 'integer', minimum: 0 };

function part(type: string, required: JsonObject, more: JsonObject = {}): JsonObject {
  return {
    type: 'object',
    required: ['type', ...Object.keys(required)],
    additionalProperties: false,
    properties: { type: { const: type }, ...required, ...more },
  };
}

const textPart = part('text', { text });
const toolCall = { toolCallId: text, toolName: text };

function message(role: string, items: JsonObject, more: JsonObject = {}): JsonObject {
  return {
    type: 'object',
    required: ['role', 'content'],
    additionalProperties: false,
    properties: { role: { const: role }, content: { type: 'array', items }, ...more },
  };
}

const messages = {
  anyOf: [
    message('user', { anyOf: [textPart, part('image', { image: text, mediaType: text })] }),
    message(
      'assistant',
      {
        anyOf: [
          textPart,
          part('thinking', { text }, { provider: { type: 'object' } }),
          part('tool_call', { ...toolCall, input: true }, { invalid: text, provider: { type: 'object' } }),
        ],
      },
      { aborted: { const: true } },
    ),
    message('tool', part('tool_result', { ...toolCall, output: true, isError: { type: 'boolean' } })),
  ],
};

const time = { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,3})?Z$' };

/** Shape of every further line. */
export const entryLine: JsonObject = {
  anyOf: [
    {
      type: 'object',
      required: ['kind', 'at', 'message'],
      additionalProperties: false,
      properties: {
        kind: { const: 'message' },
        at: time,
        marks: {
          type: 'object',
          additionalProperties: false,
          properties: {
            operation: text,
            joined: text,
            tokens: count,
            source: { enum: sources },
          },
        },
        message: messages,
      },
    },
    {
      type: 'object',
      required: ['kind', 'at', 'summary', 'text', 'from', 'operation'],
      properties: {
        kind: { const: 'compaction' },
        at: time,
        summary: text,
        text,
        from: count,
        operation: text,
      },
    },
  ],
};
