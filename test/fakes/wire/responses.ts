import { errorReply } from '../openai-server.ts';
import type { Protocol, WireCall } from './protocol.ts';

const response = { id: 'resp_1', created_at: 1_700_000_000, model: 'gpt-5.1' };
const created = { type: 'response.created', sequence_number: 0, response };
const completed = {
  type: 'response.completed',
  response: {
    ...response,
    usage: {
      input_tokens: 20,
      input_tokens_details: { cached_tokens: 8 },
      output_tokens: 9,
      output_tokens_details: { reasoning_tokens: 4 },
    },
  },
};

function message(pieces: readonly string[], index: number): object[] {
  const item = { id: 'msg_1', type: 'message', role: 'assistant', status: 'in_progress', content: [] };
  return [
    { type: 'response.output_item.added', output_index: index, item },
    ...pieces.map((delta) => ({
      type: 'response.output_text.delta',
      item_id: 'msg_1',
      output_index: index,
      content_index: 0,
      delta,
    })),
  ];
}

function functionCall({ id, name, fragments }: WireCall, index: number): object[] {
  const item = { id: `fc_${id}`, type: 'function_call', call_id: id, name, arguments: '' };
  return [
    { type: 'response.output_item.added', output_index: index, item: { ...item, status: 'in_progress' } },
    ...fragments.map((delta) => ({
      type: 'response.function_call_arguments.delta',
      item_id: `fc_${id}`,
      output_index: index,
      delta,
    })),
    {
      type: 'response.output_item.done',
      output_index: index,
      item: { ...item, arguments: fragments.join(''), status: 'completed' },
    },
  ];
}

const call = (id: string, city: string): object => ({
  type: 'function_call',
  call_id: id,
  name: 'weather',
  arguments: JSON.stringify({ city }),
});

/** OpenAI Responses. */
export const responses: Protocol = {
  name: 'OpenAI Responses',
  provider: { type: 'openai', options: {} },
  model: 'gpt-5.1',
  path: '/v1/responses',
  auth: { header: 'authorization', value: (key) => `Bearer ${key}` },
  usage: {
    inputTokens: 20,
    outputTokens: 9,
    totalTokens: 29,
    cacheReadTokens: 8,
    cacheWriteTokens: 0,
    reasoningTokens: 4,
  },
  text: (...pieces) => [
    created,
    ...message(pieces, 0),
    { type: 'response.output_item.done', output_index: 0, item: { id: 'msg_1', type: 'message' } },
    completed,
  ],
  begun: (text) => [created, ...message([text], 0)],
  calls: (...calls) => [created, ...calls.flatMap(functionCall), completed],
  hasIds: true,
  thinks(text, signature, asked) {
    const item = { id: 'rs_1', type: 'reasoning', summary: [], encrypted_content: null };
    const at = { item_id: 'rs_1', output_index: 0, summary_index: 0 };
    return [
      created,
      { type: 'response.output_item.added', output_index: 0, item },
      { type: 'response.reasoning_summary_part.added', ...at },
      { type: 'response.reasoning_summary_text.delta', ...at, delta: text },
      { type: 'response.reasoning_summary_part.done', ...at },
      {
        type: 'response.output_item.done',
        output_index: 0,
        item: { ...item, encrypted_content: signature },
      },
      ...functionCall(asked, 1),
      completed,
    ];
  },
  conversation: (body) => body['input'],
  conversationSent: [
    {
      role: 'user',
      content: [
        { type: 'input_text', text: 'See' },
        { type: 'input_image', image_url: 'data:image/png;base64,aGk=' },
      ],
    },
    { role: 'assistant', content: [{ type: 'output_text', text: 'Hm.' }] },
    call('a', 'Oslo'),
    call('b', 'Rome'),
    { type: 'function_call_output', call_id: 'a', output: '{"celsius":-3}' },
    { type: 'function_call_output', call_id: 'b', output: 'no data' },
  ],
  thinkingSent: [
    {
      type: 'reasoning',
      id: 'rs_1',
      encrypted_content: 'sig-1',
      summary: [{ type: 'summary_text', text: 'I need the weather.' }],
    },
    call('a', 'Oslo'),
  ],
  error: (status, text, headers) => errorReply(status, text, headers),
  brokenStream: [
    created,
    {
      type: 'error',
      sequence_number: 1,
      error: { type: 'server_error', code: 'server_error', message: 'Overloaded', param: null },
    },
  ],
  tooLong: errorReply(400, 'Your input exceeds the context window', {}, 'context_length_exceeded'),
};
