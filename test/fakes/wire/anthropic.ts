import type { FakeReply } from '../openai-server.ts';
import type { Protocol, WireCall } from './protocol.ts';

const head = {
  type: 'message_start',
  message: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-sonnet-4-5',
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: 10, cache_read_input_tokens: 5, cache_creation_input_tokens: 3, output_tokens: 1 },
  },
};

const end = (reason: string): object[] => [
  {
    type: 'message_delta',
    delta: { stop_reason: reason, stop_sequence: null },
    usage: { output_tokens: 12 },
  },
  { type: 'message_stop' },
];

const start = (index: number, block: object): object => ({
  type: 'content_block_start',
  index,
  content_block: block,
});
const delta = (index: number, change: object): object => ({
  type: 'content_block_delta',
  index,
  delta: change,
});
const stop = (index: number): object => ({ type: 'content_block_stop', index });

const text = (pieces: readonly string[]): object[] => [
  start(0, { type: 'text', text: '' }),
  ...pieces.map((piece) => delta(0, { type: 'text_delta', text: piece })),
];

/** Where the cache of the provider may begin. */
const cached = { cache_control: { type: 'ephemeral' } };

const toolUse = ({ id, name, fragments }: WireCall, index: number): object[] => [
  start(index, { type: 'tool_use', id, name, input: {} }),
  ...fragments.map((part) => delta(index, { type: 'input_json_delta', partial_json: part })),
  stop(index),
];

const call = (id: string, city: string): object => ({
  type: 'tool_use',
  id,
  name: 'weather',
  input: { city },
});

function error(
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
  type = status === 529 ? 'overloaded_error' : 'invalid_request_error',
): FakeReply {
  return { status, headers, body: { type: 'error', error: { type, message } } };
}

/** Anthropic messages. */
export const anthropic: Protocol = {
  name: 'Anthropic messages',
  provider: { type: 'anthropic', options: {} },
  model: 'claude-sonnet-4-5',
  path: '/v1/messages',
  auth: { header: 'x-api-key', value: (key) => key },
  usage: {
    inputTokens: 18,
    outputTokens: 12,
    totalTokens: 30,
    cacheReadTokens: 5,
    cacheWriteTokens: 3,
    reasoningTokens: 0,
  },
  text: (...pieces) => [head, ...text(pieces), stop(0), ...end('end_turn')],
  begun: (piece) => [head, ...text([piece])],
  calls: (...calls) => [head, ...calls.flatMap(toolUse), ...end('tool_use')],
  hasIds: true,
  thinks: (thought, signature, asked) => [
    head,
    start(0, { type: 'thinking', thinking: '', signature: '' }),
    delta(0, { type: 'thinking_delta', thinking: thought }),
    delta(0, { type: 'signature_delta', signature }),
    stop(0),
    ...toolUse(asked, 1),
    ...end('tool_use'),
  ],
  conversation: (body) => body['messages'],
  conversationSent: [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'See' },
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'aGk=' }, ...cached },
      ],
    },
    { role: 'assistant', content: [{ type: 'text', text: 'Hm.' }, call('a', 'Oslo'), call('b', 'Rome')] },
    {
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: 'a', content: '{"celsius":-3}' },
        { type: 'tool_result', tool_use_id: 'b', content: 'no data', is_error: true, ...cached },
      ],
    },
  ],
  thinkingSent: [
    {
      role: 'assistant',
      content: [{ type: 'thinking', thinking: 'I need the weather.', signature: 'sig-1' }, call('a', 'Oslo')],
    },
  ],
  error,
  brokenStream: [head, { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }],
  tooLong: error(400, 'prompt is too long: 210000 tokens > 200000 maximum'),
};
