import { LLMock } from '@copilotkit/aimock';
import { expect } from 'chai';
import { createEngine } from '../../../engine/engine.ts';
import { projectOf } from '../../fakes/project.ts';

const variants = [
  { name: 'OpenAI Responses', provider: { type: 'openai' }, model: 'gpt-5.1', path: '/v1' },
  {
    name: 'OpenAI chat completions',
    provider: { type: 'openai', options: { api: 'chat' } },
    model: 'gpt-5.1',
    path: '/v1',
  },
  {
    name: 'an OpenAI-compatible server',
    provider: { type: 'openai-compatible' },
    model: 'llama',
    path: '/v1',
  },
  { name: 'Anthropic', provider: { type: 'anthropic' }, model: 'claude-sonnet-4-5', path: '/v1' },
  { name: 'Google', provider: { type: 'google' }, model: 'gemini-2.5-flash', path: '/v1beta' },
];

describe('an agent at a mock of a provider that is not ours', () => {
  for (const { name, provider, model, path } of variants) {
    it(`calls a tool and answers, over ${name}`, async () => {
      const mock = new LLMock({ port: 0, chunkSize: 8 });
      mock.on(
        { userMessage: 'Weather in Oslo?', hasToolResult: false },
        {
          toolCalls: [{ name: 'weather', arguments: '{"city":"Oslo"}' }],
          // Its Google answers with a reason that Google does not have.
          ...(provider.type === 'google' ? { finishReason: 'stop' } : {}),
        },
      );
      mock.on({ userMessage: 'Weather in Oslo?', hasToolResult: true }, { content: 'It is cold in Oslo.' });
      await mock.start();
      const folder = projectOf({
        'engine.yaml': { providers: { mock: { ...provider, baseUrl: mock.url + path } } },
        'src/agents/clerk.yaml': { model: `mock/${model}`, instructions: 'Be kind.', tools: ['weather'] },
        'src/tools/weather.ts': tool,
      });
      const engine = await createEngine({ project: folder, store: 'memory', env: {} });
      try {
        let written = '';
        let streamed = '';
        const tools: unknown[] = [];
        const reply = await engine.agents.session('clerk', 'a').prompt('Weather in Oslo?', {
          onEvent(event) {
            if (event.type === 'tool_input_delta') written += event.data.text;
            if (event.type === 'text_delta') streamed += event.data.text;
            if (event.type === 'tool_end') tools.push(event.data.output);
          },
        });
        expect(reply.text).to.equal('It is cold in Oslo.');
        expect(streamed).to.equal(reply.text);
        expect(JSON.parse(written)).to.deep.equal({ city: 'Oslo' });
        expect(tools).to.deep.equal([{ city: 'Oslo', celsius: -3 }]);
        expect(mock.getRequests()).to.have.length(2);
      } finally {
        await engine.close();
        await mock.stop();
      }
    });
  }
});

const tool = `
import { defineTool } from 'flue-engine';
export default defineTool<{ city: string }>({
  description: 'The weather of a city.',
  inputSchema: { type: 'object', required: ['city'], properties: { city: { type: 'string' } } },
  run: ({ city }) => ({ city, celsius: -3 }),
});
`;
