import { expect } from 'chai';
import { startFakeServer, textReply, type FakeServer } from '../../fakes/openai-server.ts';
import { collect, failure, modelsOf, providerOf, requestOf, secretsOf } from './kit.ts';

const schema = {
  type: 'object',
  additionalProperties: false,
  required: ['a'],
  properties: { a: { type: 'string' } },
} as const;

describe('settings of a model provider', () => {
  let fake: FakeServer;
  beforeEach(async () => {
    fake = await startFakeServer(textReply('hi'));
  });
  afterEach(() => fake.close());

  it('its address, headers and key are used, and it names the key that it lacks', async () => {
    const local = providerOf({
      type: 'openai-compatible',
      baseUrl: fake.baseUrl,
      apiKey: 'KEY',
      headers: {},
    });
    await collect(
      modelsOf({ providers: { local }, secrets: secretsOf({ KEY: 'a-key-of-mine' }) }),
      requestOf({}),
    );
    expect(fake.requests[0]?.headers['authorization']).to.equal('Bearer a-key-of-mine');
    const problem = await failure(modelsOf({ providers: { local }, secrets: secretsOf({}) }), requestOf({}));
    expect(problem.code).to.equal('missing_secret');
  });

  for (const [said, sent] of [
    [undefined, false],
    [true, true],
    [false, false],
  ] as const) {
    it(`storeResponses ${String(said)} sends store ${sent}, by both APIs of OpenAI`, async () => {
      for (const options of [{}, { api: 'chat' }]) {
        const local = providerOf({
          type: 'openai',
          baseUrl: fake.baseUrl,
          options,
          ...(said === undefined ? {} : { storeResponses: said }),
        });
        // The fake does not speak the Responses API; what was sent is what counts.
        await collect(modelsOf({ providers: { local } }), requestOf({})).catch(() => undefined);
      }
      expect(fake.requests.map(({ body }) => body['store'])).to.deep.equal([sent, sent]);
      expect(fake.requests.map(({ path }) => path)).to.deep.equal(['/v1/responses', '/v1/chat/completions']);
    });
  }

  it('a schema travels with the call of a model that is said to be held to it, and of no other', async () => {
    const local = providerOf({
      type: 'openai-compatible',
      baseUrl: fake.baseUrl,
      models: { fake: { capabilities: { structuredOutput: true } } },
    });
    const models = modelsOf({
      providers: { local },
      can: ({ id }) => (id === 'fake' ? { structuredOutput: true } : {}),
    });
    const wayOf = (id: string): unknown =>
      models.resultWay?.({ model: { provider: 'local', id, settings: {} }, tools: [], outputSchema: schema })
        .strategy;
    expect([wayOf('fake'), wayOf('other')]).to.deep.equal(['native', 'tools']);
    await collect(models, requestOf({ outputSchema: schema }));
    expect(fake.requests[0]?.body['response_format']).to.deep.include({ type: 'json_schema' });
  });
});
