import { expect } from 'chai';
import { startFakeServer, type FakeReply, type FakeServer } from '../../fakes/openai-server.ts';
import {
  collect,
  failure,
  modelsOf,
  providerOf,
  requestOf,
  secretsOf,
  userMessage,
  weatherTool,
} from './kit.ts';

const cached = { cache_control: { type: 'ephemeral' } };

describe('a model of type anthropic', () => {
  let server: FakeServer;
  afterEach(() => server.close());

  async function start(...replies: readonly FakeReply[]) {
    server = await startFakeServer(...replies);
    return modelsOf({
      providers: { local: providerOf({ type: 'anthropic', baseUrl: server.baseUrl, apiKey: 'KEY' }) },
      secrets: secretsOf({ KEY: 'sk-hidden-value' }),
    });
  }

  it('keeps the signature of its thinking and sends it back with the tool results', async () => {
    const models = await start(thinkingThenTool, textAnswer);
    const question = userMessage('Weather in Oslo?');
    const first = await collect(
      models,
      requestOf({
        ref: 'local/claude-sonnet-4-5',
        system: 'Be kind.',
        tools: [weatherTool],
        thinking: 'low',
        settings: { maxOutputTokens: 100 },
        messages: [question],
      }),
    );
    const call = {
      type: 'tool_call',
      toolCallId: 'toolu_1',
      toolName: 'weather',
      input: { city: 'Oslo' },
    } as const;
    const finish = first.at(-1);
    if (finish?.type !== 'finish') throw new Error('no finish');
    const written = { type: 'tool_input_delta', toolCallId: 'toolu_1', toolName: 'weather' } as const;
    expect(first.slice(0, -1)).to.deep.equal([
      { type: 'thinking_delta', text: 'I need the weather.' },
      { ...written, text: '{"city":' },
      { ...written, text: '"Oslo"}' },
      { type: 'tool_call', call: finish.message.content[1] },
    ]);
    expect(finish.finish).to.equal('tool_calls');
    expect(finish.message.content[0]).to.deep.equal({
      type: 'thinking',
      text: 'I need the weather.',
      provider: { anthropic: { signature: 'sig-1' } },
    });
    expect(finish.message.content[1]).to.deep.include(call);
    expect(finish.usage).to.deep.equal({
      inputTokens: 18,
      outputTokens: 12,
      totalTokens: 30,
      cacheReadTokens: 5,
      cacheWriteTokens: 3,
      reasoningTokens: 0,
    });

    await collect(
      models,
      requestOf({
        ref: 'local/claude-sonnet-4-5',
        tools: [weatherTool],
        messages: [
          question,
          finish.message,
          {
            role: 'tool',
            content: [
              {
                type: 'tool_result',
                toolCallId: 'toolu_1',
                toolName: 'weather',
                output: 'no data',
                isError: true,
              },
            ],
          },
        ],
      }),
    );
    const [one, two] = server.requests;
    expect(one?.path).to.equal('/v1/messages');
    expect(one?.headers['x-api-key']).to.equal('sk-hidden-value');
    expect(one?.body).to.deep.equal({
      model: 'claude-sonnet-4-5',
      max_tokens: 4196,
      thinking: { type: 'enabled', budget_tokens: 4096 },
      system: [{ type: 'text', text: 'Be kind.', ...cached }],
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Weather in Oslo?', ...cached }] }],
      tools: [
        { name: 'weather', description: weatherTool.description, input_schema: weatherTool.inputSchema },
      ],
      tool_choice: { type: 'auto' },
      stream: true,
    });
    expect(two?.body['messages']).to.deep.equal([
      { role: 'user', content: [{ type: 'text', text: 'Weather in Oslo?', ...cached }] },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'I need the weather.', signature: 'sig-1' },
          { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Oslo' } },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'toolu_1', content: 'no data', is_error: true, ...cached },
        ],
      },
    ]);
  });

  it('is called again when it is overloaded', async () => {
    const models = await start(
      { status: 529, body: { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } } },
      textAnswer,
    );
    const events = await collect(models, requestOf({ ref: 'local/claude-sonnet-4-5' }));
    expect(events[1]).to.deep.equal({ type: 'text_delta', text: 'Cold.' });
    expect(server.requests).to.have.length(2);
  });

  it('reports an error within the answer as one that may pass', async () => {
    const models = await start({
      events: [
        ...textEvents.slice(0, 3),
        { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
      ],
    });
    const { code, message, events } = await failure(models, requestOf({ ref: 'local/claude-sonnet-4-5' }));
    expect({ code, message, events }).to.deep.equal({
      code: 'model_unavailable',
      message: 'model "local/claude-sonnet-4-5" is unavailable: Overloaded',
      events: [{ type: 'text_delta', text: 'Cold.' }],
    });
  });
});

const messageStart = {
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
const end = (reason: string): object[] => [
  {
    type: 'message_delta',
    delta: { stop_reason: reason, stop_sequence: null },
    usage: { output_tokens: 12 },
  },
  { type: 'message_stop' },
];

const thinkingThenTool: FakeReply = {
  events: [
    messageStart,
    start(0, { type: 'thinking', thinking: '', signature: '' }),
    delta(0, { type: 'thinking_delta', thinking: 'I need the weather.' }),
    delta(0, { type: 'signature_delta', signature: 'sig-1' }),
    stop(0),
    start(1, { type: 'tool_use', id: 'toolu_1', name: 'weather', input: {} }),
    delta(1, { type: 'input_json_delta', partial_json: '{"city":' }),
    delta(1, { type: 'input_json_delta', partial_json: '"Oslo"}' }),
    stop(1),
    ...end('tool_use'),
  ],
};

const textEvents: readonly object[] = [
  messageStart,
  start(0, { type: 'text', text: '' }),
  delta(0, { type: 'text_delta', text: 'Cold.' }),
  stop(0),
  ...end('end_turn'),
];

const textAnswer: FakeReply = { events: textEvents };
