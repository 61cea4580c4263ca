import { chunk, errorReply, textReply, toolReply } from '../openai-server.ts';
import type { Protocol } from './protocol.ts';

const call = (id: string, city: string): object => ({
  id,
  type: 'function',
  function: { name: 'weather', arguments: JSON.stringify({ city }) },
});

/** OpenAI chat completions. */
export const chat: Protocol = {
  name: 'OpenAI chat completions',
  provider: { type: 'openai', options: { api: 'chat' } },
  model: 'gpt-5.1',
  path: '/v1/chat/completions',
  auth: { header: 'authorization', value: (key) => `Bearer ${key}` },
  usage: {
    inputTokens: 20,
    outputTokens: 7,
    totalTokens: 27,
    cacheReadTokens: 8,
    cacheWriteTokens: 0,
    reasoningTokens: 3,
  },
  text: (...pieces) => textReply(...pieces).events ?? [],
  begun: (content) => [chunk({ delta: { content } })],
  calls: (...calls) => toolReply(...calls).events ?? [],
  hasIds: true,
  conversation: (body) => body['messages'],
  conversationSent: [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'See' },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,aGk=' } },
      ],
    },
    { role: 'assistant', content: 'Hm.', tool_calls: [call('a', 'Oslo'), call('b', 'Rome')] },
    { role: 'tool', tool_call_id: 'a', content: '{"celsius":-3}' },
    { role: 'tool', tool_call_id: 'b', content: 'no data' },
  ],
  error: (status, message, headers) => errorReply(status, message, headers),
  tooLong: errorReply(400, 'This model’s maximum context length is 8192', {}, 'context_length_exceeded'),
};

/** The same as servers speak it that are not OpenAI's. */
export const compatible: Protocol = {
  ...chat,
  name: 'OpenAI-compatible chat completions',
  provider: { type: 'openai-compatible', options: {} },
};
