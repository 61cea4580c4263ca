import { expect } from 'chai';
import type { JsonObject } from '../../../engine/core/json.ts';
import type { Message } from '../../../engine/core/message.ts';
import { startFakeServer, type FakeServer } from '../../fakes/openai-server.ts';
import { failure, modelsOf, providerOf, requestOf, secretsOf, userMessage, weatherTool } from './kit.ts';

const asked = { type: 'tool_call', toolCallId: 'c1', toolName: 'weather', input: { city: 'Oslo' } } as const;
const conversation: readonly Message[] = [
  userMessage('Hello'),
  { role: 'assistant', content: [{ type: 'text', text: 'Hi.' }] },
  userMessage('Weather?'),
  userMessage('In Oslo.'),
  { role: 'assistant', content: [asked] },
  {
    role: 'tool',
    content: [{ type: 'tool_result', toolCallId: 'c1', toolName: 'weather', output: 'Rain', isError: false }],
  },
];

describe('a model of type anthropic: the cache of prompts', () => {
  let server: FakeServer;
  afterEach(() => server.close());

  async function bodyOf(request: Partial<Parameters<typeof requestOf>[0]>): Promise<JsonObject> {
    server = await startFakeServer({ status: 400, body: { error: { message: 'enough' } } });
    const models = modelsOf({
      providers: { local: providerOf({ type: 'anthropic', baseUrl: server.baseUrl, apiKey: 'KEY' }) },
      secrets: secretsOf({ KEY: 'sk-hidden-value' }),
    });
    await failure(models, requestOf({ ref: 'local/claude-sonnet-4-5', system: 'Be kind.', ...request }));
    return server.requests[0]?.body as JsonObject;
  }

  it('holds what is behind the system prompt, the last call and the last message', async () => {
    const body = await bodyOf({ tools: [weatherTool], messages: conversation });
    const ephemeral = { type: 'ephemeral' };
    expect(body['system']).to.deep.equal([{ type: 'text', text: 'Be kind.', cache_control: ephemeral }]);
    const messages = body['messages'] as { role: string; content: JsonObject[] }[];
    expect(
      messages.map(({ role, content }) => [role, ...content.map((part) => part['cache_control'] ?? '')]),
    ).to.deep.equal([
      ['user', ''],
      ['assistant', ''],
      ['user', '', ephemeral],
      ['assistant', ''],
      ['user', ephemeral],
    ]);
  });

  it('is not written to by a single question without tools', async () => {
    const body = await bodyOf({ messages: [userMessage('Hello')] });
    expect(JSON.stringify(body)).not.to.contain('cache_control');
  });
});
