import { expect } from 'chai';
import { startFakeServer, type FakeReply } from '../../fakes/openai-server.ts';
import { collect, modelsOf, providerOf, requestOf, secretsOf, userMessage, weatherTool } from './kit.ts';

describe('a model of type openai over the Responses API', () => {
  it('keeps nothing at the provider: reasoning travels encrypted in the messages', async () => {
    const server = await startFakeServer(reasonsAndCalls);
    try {
      const models = modelsOf({
        providers: {
          openai: providerOf({ name: 'openai', type: 'openai', baseUrl: server.baseUrl, apiKey: 'KEY' }),
        },
        secrets: secretsOf({ KEY: 'sk-hidden-value' }),
      });
      const question = userMessage('Weather in Oslo?');
      const base = { ref: 'openai/gpt-5.1', tools: [weatherTool], thinking: 'high' } as const;
      const settings = { providerOptions: { openai: { serviceTier: 'flex' }, other: { ignored: true } } };
      const finish = (await collect(models, requestOf({ ...base, settings, messages: [question] }))).at(-1);
      if (finish?.type !== 'finish') throw new Error('no finish');
      expect(finish.message.content.map((part) => part.type)).to.deep.equal(['thinking', 'tool_call']);
      expect(finish.usage.reasoningTokens).to.equal(4);
      // Stored as JSON and read back, as history is.
      const answer = JSON.parse(JSON.stringify(finish.message)) as typeof finish.message;
      const result = {
        type: 'tool_result',
        toolCallId: 'call_a',
        toolName: 'weather',
        isError: false,
      } as const;
      await collect(
        models,
        requestOf({
          ...base,
          messages: [question, answer, { role: 'tool', content: [{ ...result, output: { celsius: 3 } }] }],
        }),
      );
      const [one, two] = server.requests;
      expect(one?.path).to.equal('/v1/responses');
      const { input, tools, ...rest } = one?.body ?? {};
      expect(tools).to.have.length(1);
      expect(input).to.deep.equal([
        { role: 'user', content: [{ type: 'input_text', text: 'Weather in Oslo?' }] },
      ]);
      expect(rest).to.deep.equal({
        model: 'gpt-5.1',
        reasoning: { effort: 'high' },
        include: ['reasoning.encrypted_content'],
        service_tier: 'flex',
        store: false,
        stream: true,
        tool_choice: 'auto',
      });
      expect(two?.body['input']).to.deep.equal([
        { role: 'user', content: [{ type: 'input_text', text: 'Weather in Oslo?' }] },
        {
          type: 'reasoning',
          id: 'rs_1',
          encrypted_content: 'secret-thoughts',
          summary: [{ type: 'summary_text', text: 'I need the weather.' }],
        },
        { type: 'function_call', call_id: 'call_a', name: 'weather', arguments: '{"city":"Oslo"}' },
        { type: 'function_call_output', call_id: 'call_a', output: '{"celsius":3}' },
      ]);
    } finally {
      await server.close();
    }
  });
});

const reasoning = { id: 'rs_1', type: 'reasoning', summary: [], encrypted_content: null };
const call = {
  id: 'fc_1',
  type: 'function_call',
  call_id: 'call_a',
  name: 'weather',
  arguments: '',
  status: 'in_progress',
};
const response = { id: 'resp_1', created_at: 1_700_000_000, model: 'gpt-5.1', service_tier: 'flex' };

const reasonsAndCalls: FakeReply = {
  events: [
    { type: 'response.created', sequence_number: 0, response },
    { type: 'response.output_item.added', output_index: 0, item: reasoning },
    { type: 'response.reasoning_summary_part.added', item_id: 'rs_1', output_index: 0, summary_index: 0 },
    {
      type: 'response.reasoning_summary_text.delta',
      item_id: 'rs_1',
      output_index: 0,
      summary_index: 0,
      delta: 'I need the weather.',
    },
    { type: 'response.reasoning_summary_part.done', item_id: 'rs_1', output_index: 0, summary_index: 0 },
    {
      type: 'response.output_item.done',
      output_index: 0,
      item: { ...reasoning, encrypted_content: 'secret-thoughts' },
    },
    { type: 'response.output_item.added', output_index: 1, item: call },
    {
      type: 'response.function_call_arguments.delta',
      item_id: 'fc_1',
      output_index: 1,
      delta: '{"city":"Oslo"}',
    },
    {
      type: 'response.output_item.done',
      output_index: 1,
      item: { ...call, arguments: '{"city":"Oslo"}', status: 'completed' },
    },
    {
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
    },
  ],
};
