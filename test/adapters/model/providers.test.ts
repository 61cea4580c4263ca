import { expect } from 'chai';
import {
  errorReply,
  startFakeServer,
  textReply,
  toolReply,
  chunk,
  type FakeReply,
  type FakeServer,
} from '../../fakes/openai-server.ts';
import { freePort } from '../../fakes/free-port.ts';
import {
  collect,
  createStepClock,
  failure,
  modelsOf,
  providerOf,
  requestOf,
  secretsOf,
  userMessage,
  valueOf,
  weatherTool,
} from './kit.ts';
import type { Provider } from '../../../engine/program/model.ts';

const usage = {
  inputTokens: 20,
  outputTokens: 7,
  totalTokens: 27,
  cacheReadTokens: 8,
  cacheWriteTokens: 0,
  reasoningTokens: 3,
};

const variants: readonly Pick<Provider, 'type' | 'options'>[] = [
  { type: 'openai-compatible', options: {} },
  { type: 'openai', options: { api: 'chat' } },
];

for (const { type, options } of variants) {
  describe(`a model of type ${type}`, () => {
    let server: FakeServer;
    afterEach(() => server.close());

    async function start(...replies: readonly FakeReply[]) {
      server = await startFakeServer(...replies);
      const clock = createStepClock();
      const provider = providerOf({ type, options, baseUrl: server.baseUrl, apiKey: 'KEY' });
      const models = modelsOf({
        providers: { local: provider },
        secrets: secretsOf({ KEY: 'sk-hidden-value' }),
        clock,
      });
      return { models, clock };
    }

    it('streams text and ends with the message and the usage', async () => {
      const { models } = await start(textReply('Good ', 'morning'));
      const events = await collect(
        models,
        requestOf({ system: 'Be kind.', settings: { temperature: 0.2, maxOutputTokens: 50 } }),
      );
      expect(events).to.deep.equal([
        { type: 'text_delta', text: 'Good ' },
        { type: 'text_delta', text: 'morning' },
        {
          type: 'finish',
          finish: 'stop',
          usage,
          message: { role: 'assistant', content: [{ type: 'text', text: 'Good morning' }] },
        },
      ]);
      const [request] = server.requests;
      expect(request?.path).to.equal('/v1/chat/completions');
      expect(request?.headers.authorization).to.equal('Bearer sk-hidden-value');
      expect(request?.body).to.deep.equal({
        model: 'fake',
        max_tokens: 50,
        temperature: 0.2,
        messages: [
          { role: 'system', content: 'Be kind.' },
          { role: 'user', content: 'Hello' },
        ],
        stream: true,
        stream_options: { include_usage: true },
        ...(type === 'openai' ? { store: false } : {}),
      });
    });

    it('gathers tool calls from fragments and sends calls and results back', async () => {
      const { models } = await start(
        toolReply(
          { id: 'a', name: 'weather', fragments: ['{"ci', 'ty":"Oslo"}'] },
          { id: 'b', name: 'weather', fragments: ['{"city":', '"Rome"}'] },
        ),
        textReply('Cold and warm.'),
      );
      const first = await collect(models, requestOf({ tools: [weatherTool] }));
      const call = (id: string, city: string) =>
        ({ type: 'tool_call', toolCallId: id, toolName: 'weather', input: { city } }) as const;
      const message = { role: 'assistant', content: [call('a', 'Oslo'), call('b', 'Rome')] } as const;
      const written = (id: string, text: string) =>
        ({ type: 'tool_input_delta', toolCallId: id, toolName: 'weather', text }) as const;
      expect(first).to.deep.equal([
        written('a', '{"ci'),
        written('a', 'ty":"Oslo"}'),
        written('b', '{"city":'),
        written('b', '"Rome"}'),
        { type: 'tool_call', call: call('a', 'Oslo') },
        { type: 'tool_call', call: call('b', 'Rome') },
        { type: 'finish', finish: 'tool_calls', usage, message },
      ]);
      const result = { type: 'tool_result', toolName: 'weather' } as const;
      await collect(
        models,
        requestOf({
          tools: [weatherTool],
          messages: [
            userMessage('Weather?'),
            message,
            {
              role: 'tool',
              content: [
                { ...result, toolCallId: 'a', output: { celsius: -3 }, isError: false },
                { ...result, toolCallId: 'b', output: 'no data', isError: true },
              ],
            },
          ],
        }),
      );
      const wireCall = (id: string, city: string) => ({
        id,
        type: 'function',
        function: { name: 'weather', arguments: JSON.stringify({ city }) },
      });
      expect(server.requests[1]?.body['messages']).to.deep.equal([
        { role: 'user', content: 'Weather?' },
        { role: 'assistant', content: null, tool_calls: [wireCall('a', 'Oslo'), wireCall('b', 'Rome')] },
        { role: 'tool', tool_call_id: 'a', content: '{"celsius":-3}' },
        { role: 'tool', tool_call_id: 'b', content: 'no data' },
      ]);
      expect(server.requests[1]?.body['tools']).to.deep.equal([
        {
          type: 'function',
          function: {
            name: 'weather',
            description: weatherTool.description,
            parameters: weatherTool.inputSchema,
          },
        },
      ]);
    });

    it('marks a tool call whose input is not JSON as invalid', async () => {
      const { models } = await start(toolReply({ id: 'a', name: 'weather', fragments: ['{"city": Oslo'] }));
      const events = await collect(models, requestOf({ tools: [weatherTool] }));
      expect(events.find(({ type }) => type === 'tool_call')).to.deep.equal({
        type: 'tool_call',
        call: {
          type: 'tool_call',
          toolCallId: 'a',
          toolName: 'weather',
          input: '{"city": Oslo',
          invalid: 'the input is not valid JSON',
        },
      });
    });

    it('calls again after a server error', async () => {
      const { models, clock } = await start(
        errorReply(500, 'oops'),
        errorReply(503, 'again'),
        textReply('Hi'),
      );
      const events = await collect(models, requestOf({}));
      expect(events.map((event) => event.type)).to.deep.equal(['retry', 'retry', 'text_delta', 'finish']);
      expect(events[0]).to.deep.equal({
        type: 'retry',
        model: 'local/fake',
        attempt: 1,
        waitMs: 500,
        error: {
          type: 'model_unavailable',
          message: 'model "local/fake" is unavailable: oops (status 500)',
          details: { model: 'local/fake', status: 500 },
        },
      });
      expect(server.requests).to.have.length(3);
      expect(clock.slept).to.deep.equal([500, 1000]);
    });

    it('gives up after two more calls', async () => {
      const { models } = await start(errorReply(503, 'Overloaded.'));
      const { code, message, details, events } = await failure(models, requestOf({}));
      expect({ code, message, details }).to.deep.equal({
        code: 'model_unavailable',
        message: 'model "local/fake" is unavailable: Overloaded (status 503)',
        details: { model: 'local/fake', status: 503 },
      });
      expect(events.map(({ type }) => type)).to.deep.equal(['retry', 'retry']);
      expect(server.requests).to.have.length(3);
    });

    it('waits as long as the provider asks', async () => {
      const { models, clock } = await start(
        errorReply(429, 'slow down', { 'retry-after': '7' }),
        textReply('Hi'),
      );
      await collect(models, requestOf({}));
      expect(clock.slept).to.deep.equal([7000]);
    });

    it('does not wait longer than 30 s', async () => {
      const { models, clock } = await start(errorReply(429, 'slow down', { 'retry-after': '31' }));
      const { code, details } = await failure(models, requestOf({}));
      expect(code).to.equal('model_unavailable');
      expect(details).to.deep.equal({ model: 'local/fake', status: 429, retryAfterMs: 31_000 });
      expect(clock.slept).to.deep.equal([]);
    });

    it('says at once that a key was refused, without showing it', async () => {
      const { models } = await start(errorReply(401, 'Incorrect API key provided: sk-hidden-value.'));
      expect(await failure(models, requestOf({}))).to.deep.equal({
        code: 'model_failed',
        message:
          'model "local/fake" failed: Incorrect API key provided: *** (status 401); check the key of provider "local"',
        details: { model: 'local/fake', status: 401 },
        events: [],
      });
      expect(server.requests).to.have.length(1);
    });

    it('does not call again when the quota is spent', async () => {
      const { models } = await start(errorReply(429, 'You exceeded your quota', {}, 'insufficient_quota'));
      expect((await failure(models, requestOf({}))).code).to.equal('model_failed');
      expect(server.requests).to.have.length(1);
    });

    it('tells a conversation that is too long from other failures', async () => {
      const text = "This model's maximum context length is 8192 tokens";
      const { models } = await start(errorReply(400, text, {}, 'context_length_exceeded'));
      expect((await failure(models, requestOf({}))).details).to.deep.equal({
        model: 'local/fake',
        status: 400,
        reason: 'context_overflow',
      });
    });

    it('fails on a chunk that is not JSON, keeping what came before', async () => {
      const { models } = await start({
        events: [chunk({ delta: { content: 'Good ' } }), '{"choices": [', '[DONE]'],
      });
      expect(await failure(models, requestOf({}))).to.deep.equal({
        code: 'model_failed',
        message: 'model "local/fake" failed: the provider sent what cannot be understood',
        details: { model: 'local/fake' },
        events: [{ type: 'text_delta', text: 'Good ' }],
      });
    });

    it('does not call again when the connection breaks within the answer', async () => {
      const { models } = await start({ events: [chunk({ delta: { content: 'Good ' } })], hang: true });
      const stream = models.stream(requestOf({}))[Symbol.asyncIterator]();
      expect((await stream.next()).value).to.deep.equal({ type: 'text_delta', text: 'Good ' });
      server.drop();
      const code = await stream.next().then(
        () => 'no failure',
        (thrown: unknown) => (thrown as { code: string }).code,
      );
      expect(code).to.equal('model_unavailable');
      expect(server.requests).to.have.length(1);
    });

    it('throws model_refused when the content filter stops the answer', async () => {
      const { models } = await start({
        events: [chunk({ delta: {}, finish_reason: 'content_filter' }), '[DONE]'],
      });
      expect((await failure(models, requestOf({}))).code).to.equal('model_refused');
    });

    it('closes the socket of a slow stream that is aborted', async () => {
      const { models } = await start({ events: [chunk({ delta: { content: 'Good ' } })], hang: true });
      const stop = new AbortController();
      const seen: string[] = [];
      let code = '';
      try {
        for await (const event of models.stream(requestOf({ signal: stop.signal }))) {
          seen.push(event.type);
          stop.abort(new Error('enough'));
        }
      } catch (thrown) {
        code = (thrown as { code: string }).code;
      }
      expect({ code, seen }).to.deep.equal({ code: 'aborted', seen: ['text_delta'] });
      await server.hungUp;
    });

    it('closes the socket when the caller stops reading', async () => {
      const { models } = await start({ events: [chunk({ delta: { content: 'Good ' } })], hang: true });
      for await (const event of models.stream(requestOf({}))) {
        expect(event.type).to.equal('text_delta');
        break;
      }
      await server.hungUp;
    });

    it('fails a stream that is silent for 120 s', async () => {
      const { models, clock } = await start({ events: [chunk({ delta: { content: 'Good ' } })], hang: true });
      const stream = models.stream(requestOf({}))[Symbol.asyncIterator]();
      await stream.next();
      const next = stream.next().then(
        () => 'no failure',
        (thrown: unknown) => (thrown as Error).message,
      );
      clock.pass();
      expect(await next).to.equal('model "local/fake" sent nothing for 120 s');
      await server.hungUp;
    });

    it('uses a connection again when a call is over', async () => {
      const { models } = await start(textReply('Hi'));
      for (let call = 0; call < 6; call += 1) await collect(models, requestOf({}));
      // Node may open a second one before the first is back in its pool.
      expect(server.connections).to.be.at.most(2);
    });

    it('makes calls in parallel', async () => {
      const { models } = await start(textReply('one'));
      const answers = await Promise.all([1, 2, 3].map(() => collect(models, requestOf({}))));
      expect(answers.map((events) => events.length)).to.deep.equal([2, 2, 2]);
      expect(server.requests).to.have.length(3);
    });

    it('asks for JSON of a schema, strictly only when the schema allows it', async () => {
      const supports = type === 'openai' ? options : { ...options, supportsStructuredOutputs: true };
      server = await startFakeServer(textReply('{"city":"Oslo"}'));
      const models = modelsOf({
        providers: { local: providerOf({ type, options: supports, baseUrl: server.baseUrl }) },
      });
      const open = { type: 'object', properties: { city: { type: 'string' } } };
      const closed = { ...open, required: ['city'], additionalProperties: false };
      await collect(models, requestOf({ outputSchema: open }));
      await collect(models, requestOf({ outputSchema: closed }));
      expect(server.requests.map(({ body }) => body['response_format'])).to.deep.equal([
        { type: 'json_schema', json_schema: { name: 'result', strict: false, schema: open } },
        { type: 'json_schema', json_schema: { name: 'result', strict: true, schema: closed } },
      ]);
    });

    it('sends images, stop sequences, effort and the headers of the config', async () => {
      server = await startFakeServer(textReply('Hi'));
      const headers = {
        'x-team': valueOf(
          ({ secrets, env }) => `${(secrets as { T: string }).T}-${(env as { PLACE: string }).PLACE}`,
        ),
      };
      const models = modelsOf({
        providers: { local: providerOf({ type, options, baseUrl: server.baseUrl, headers }) },
        secrets: secretsOf({ T: 'blue' }),
        env: { PLACE: 'oslo' },
      });
      await collect(
        models,
        requestOf({
          ref: 'local/o4-mini',
          thinking: 'low',
          settings: { stopSequences: ['END'] },
          messages: [
            {
              role: 'user',
              content: [
                { type: 'text', text: 'See' },
                { type: 'image', image: 'aGk=', mediaType: 'image/png' },
                { type: 'image', image: 'https://example.test/a.png', mediaType: 'image/png' },
              ],
            },
          ],
        }),
      );
      const [request] = server.requests;
      expect(request?.headers['x-team']).to.equal('blue-oslo');
      expect(request?.body['reasoning_effort']).to.equal('low');
      expect(request?.body['stop']).to.deep.equal(['END']);
      expect(request?.body['messages']).to.deep.equal([
        {
          role: 'user',
          content: [
            { type: 'text', text: 'See' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,aGk=' } },
            { type: 'image_url', image_url: { url: 'https://example.test/a.png' } },
          ],
        },
      ]);
    });
  });
}

describe('models without a server', () => {
  it('a refused connection is tried again, then reported', async () => {
    const baseUrl = `http://127.0.0.1:${await freePort()}/v1`;
    const clock = createStepClock();
    const models = modelsOf({
      providers: { local: providerOf({ type: 'openai-compatible', baseUrl }) },
      clock,
    });
    const { code, message } = await failure(models, requestOf({}));
    expect(code).to.equal('model_unavailable');
    expect(message).to.match(
      /^model "local\/fake" is unavailable: Cannot connect to API: connect ECONNREFUSED 127\.0\.0\.1:\d+$/,
    );
    expect(clock.slept).to.deep.equal([500, 1000]);
  });

  it('an unknown provider is told with the choices', async () => {
    const { code, message } = await failure(modelsOf({}), requestOf({ ref: 'antropic/claude' }));
    expect({ code, message }).to.deep.equal({
      code: 'missing_model',
      message: 'no model provider "antropic"; did you mean "anthropic"?',
    });
  });

  it('a built-in provider without a key says which variable to set', async () => {
    const { code, message } = await failure(modelsOf({}), requestOf({ ref: 'openai/gpt-5' }));
    expect({ code, message }).to.deep.equal({
      code: 'missing_secret',
      message:
        'model provider "openai" has no key: set the environment variable OPENAI_API_KEY, or declare a secret under "secrets" ' +
        'in the config and name it in "providers.openai.apiKey"',
    });
  });

  it('a header that reads a secret without a value says so', async () => {
    const headers = { 'x-team': valueOf(({ secrets }) => (secrets as { T: string }).T) };
    const models = modelsOf({
      providers: {
        local: providerOf({ type: 'openai-compatible', baseUrl: 'http://127.0.0.1:9/v1', headers }),
      },
      secrets: secretsOf({ T: undefined }),
    });
    const { code, message } = await failure(models, requestOf({}));
    expect({ code, message }).to.deep.equal({
      code: 'missing_secret',
      message: 'secret "T" in the headers of model provider "local" is not set',
    });
  });

  it('a provider that never answers is left when the signal aborts', async () => {
    const server = await startFakeServer({ events: [], hang: true });
    const stop = new AbortController();
    const models = modelsOf({
      providers: { local: providerOf({ type: 'openai-compatible', baseUrl: server.baseUrl }) },
    });
    const waiting = failure(models, requestOf({ signal: stop.signal }));
    stop.abort(new Error('enough'));
    expect((await waiting).code).to.equal('aborted');
    await server.close();
  });

  it('an aborted signal makes no call', async () => {
    const signal = AbortSignal.abort();
    const models = modelsOf({ processEnv: { OPENAI_API_KEY: 'k' } });
    expect((await failure(models, requestOf({ ref: 'openai/gpt-5', signal }))).code).to.equal('aborted');
  });
});
