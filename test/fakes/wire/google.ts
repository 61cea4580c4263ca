import type { FakeReply } from '../openai-server.ts';
import type { Protocol, WireCall } from './protocol.ts';

const usageMetadata = {
  promptTokenCount: 20,
  candidatesTokenCount: 5,
  thoughtsTokenCount: 4,
  cachedContentTokenCount: 8,
  totalTokenCount: 29,
};

const part = (piece: object): object => ({
  candidates: [{ index: 0, content: { role: 'model', parts: [piece] } }],
});
const end = {
  candidates: [{ index: 0, content: { role: 'model', parts: [] }, finishReason: 'STOP' }],
  usageMetadata,
};

const functionCall = ({ name, fragments }: WireCall): object => ({
  functionCall: { name, args: JSON.parse(fragments.join('')) as unknown },
});

const call = (id: string, city: string): object => ({
  functionCall: { id, name: 'weather', args: { city } },
  thoughtSignature: 'skip_thought_signature_validator',
});
const result = (id: string, content: unknown): object => ({
  functionResponse: { id, name: 'weather', response: { name: 'weather', content } },
});

const statuses: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
};

function error(code: number, message: string, headers: Readonly<Record<string, string>> = {}): FakeReply {
  return { status: code, headers, body: { error: { code, message, status: statuses[code] ?? 'UNKNOWN' } } };
}

/** Google generateContent. */
export const google: Protocol = {
  name: 'Google generateContent',
  provider: { type: 'google', options: {} },
  model: 'gemini-3-flash',
  path: '/v1/models/gemini-3-flash:streamGenerateContent?alt=sse',
  auth: { header: 'x-goog-api-key', value: (key) => key },
  usage: {
    inputTokens: 20,
    outputTokens: 9,
    totalTokens: 29,
    cacheReadTokens: 8,
    cacheWriteTokens: 0,
    reasoningTokens: 4,
  },
  text: (...pieces) => [...pieces.map((text) => part({ text })), end],
  begun: (text) => [part({ text })],
  calls: (...calls) => [...calls.map((asked) => part(functionCall(asked))), end],
  hasIds: false,
  thinks: (text, signature, asked) => [
    part({ text, thought: true }),
    part({ ...functionCall(asked), thoughtSignature: signature }),
    end,
  ],
  conversation: (body) => body['contents'],
  conversationSent: [
    {
      role: 'user',
      parts: [{ text: 'See' }, { inlineData: { mimeType: 'image/png', data: 'aGk=' } }],
    },
    { role: 'model', parts: [{ text: 'Hm.' }, call('a', 'Oslo'), call('b', 'Rome')] },
    {
      role: 'user',
      parts: [result('a', { celsius: -3 }), result('b', 'no data')],
    },
  ],
  thinkingSent: [
    {
      role: 'model',
      parts: [
        { text: 'I need the weather.', thought: true },
        { ...call('a', 'Oslo'), thoughtSignature: 'sig-1' },
      ],
    },
  ],
  error,
  tooLong: error(
    400,
    'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
  ),
};
