import { expect } from 'chai';
import type { Message } from '../../../engine/core/message.ts';
import type { ModelEvent, ModelRequest } from '../../../engine/ports/model.ts';
import { startFakeServer, type FakeReply, type FakeServer } from '../../fakes/openai-server.ts';
import { anthropic } from '../../fakes/wire/anthropic.ts';
import { chat, compatible } from '../../fakes/wire/chat.ts';
import { google } from '../../fakes/wire/google.ts';
import type { Protocol } from '../../fakes/wire/protocol.ts';
import { responses } from '../../fakes/wire/responses.ts';
import {
  collect,
  createStepClock,
  failure,
  modelsOf,
  providerOf,
  requestOf,
  secretsOf,
  userMessage,
  weatherTool,
} from './kit.ts';

const key = 'key-hidden-value';

for (const protocol of [chat, compatible, responses, anthropic, google]) {
  describe(`${protocol.name}, over the wire`, () => {
    let server: FakeServer;
    afterEach(() => server.close());

    async function start(...replies: readonly (FakeReply | Protocol['brokenStream'])[]) {
      server = await startFakeServer(
        ...replies.map((reply) => (Array.isArray(reply) ? { events: reply } : reply) as FakeReply),
      );
      const clock = createStepClock();
      const provider = providerOf({ ...protocol.provider, baseUrl: server.baseUrl, apiKey: 'KEY' });
      const models = modelsOf({
        providers: { local: provider },
        secrets: secretsOf({ KEY: key }),
        clock,
      });
      return { models, clock };
    }
    const ask = (fields: Parameters<typeof requestOf>[0] = {}): ModelRequest =>
      requestOf({ ref: `local/${protocol.model}`, ...fields });
    const hi = { events: protocol.text('Hi') };

    it('text comes piece by piece, then the message and the tokens', async () => {
      const { models } = await start({ events: protocol.text('Good ', 'morning') });
      const events = await collect(models, ask());
      expect(events.map(withoutPrivate)).to.deep.equal([
        { type: 'text_delta', text: 'Good ' },
        { type: 'text_delta', text: 'morning' },
        {
          type: 'finish',
          finish: 'stop',
          usage: protocol.usage,
          message: { role: 'assistant', content: [{ type: 'text', text: 'Good morning' }] },
        },
      ]);
      const [request] = server.requests;
      expect(request?.path).to.equal(protocol.path);
      expect(request?.headers[protocol.auth.header]).to.equal(protocol.auth.value(key));
    });

    it('tool calls of one turn come with their input as it is written', async () => {
      const fragments = (city: string) => ['{"city":', `"${city}"}`];
      const { models } = await start({
        events: protocol.calls(
          { id: 'a', name: 'weather', fragments: fragments('Oslo') },
          { id: 'b', name: 'weather', fragments: fragments('Rome') },
        ),
      });
      const events = await collect(models, ask({ tools: [weatherTool] }));
      const calls = events.flatMap((event) => (event.type === 'tool_call' ? [event.call] : []));
      expect(calls.map(({ toolName, input }) => [toolName, input])).to.deep.equal([
        ['weather', { city: 'Oslo' }],
        ['weather', { city: 'Rome' }],
      ]);
      if (protocol.hasIds) expect(calls.map(({ toolCallId }) => toolCallId)).to.deep.equal(['a', 'b']);
      expect(new Set(calls.map(({ toolCallId }) => toolCallId)).size).to.equal(2);
      for (const { toolCallId, input } of calls) {
        const written = events.flatMap((event) =>
          event.type === 'tool_input_delta' && event.toolCallId === toolCallId ? [event.text] : [],
        );
        expect(JSON.parse(written.join(''))).to.deep.equal(input);
        if (protocol.hasIds) expect(written).to.have.length(2);
      }
      const end = events.at(-1);
      if (end?.type !== 'finish') throw new Error('no finish');
      expect(end.finish).to.equal('tool_calls');
      expect(end.message.content).to.deep.equal(calls);
    });

    it('images, calls, results and errors of tools are sent in the words of the protocol', async () => {
      const { models } = await start(hi);
      await collect(models, ask({ tools: [weatherTool], messages: wireConversation }));
      expect(protocol.conversation(server.requests[0]?.body ?? {})).to.deep.equal(protocol.conversationSent);
    });

    if (protocol.thinks !== undefined) {
      const { thinks } = protocol;
      it('thinking is shown, and sent back with its signature', async () => {
        const { models } = await start(
          {
            events: thinks('I need the weather.', 'sig-1', {
              id: 'a',
              name: 'weather',
              fragments: ['{"city":"Oslo"}'],
            }),
          },
          hi,
        );
        const first = await collect(models, ask({ tools: [weatherTool], thinking: 'low' }));
        expect(first[0]).to.deep.equal({ type: 'thinking_delta', text: 'I need the weather.' });
        const end = first.at(-1);
        if (end?.type !== 'finish') throw new Error('no finish');
        // Stored as JSON and read back, as history is.
        const answer = JSON.parse(JSON.stringify(end.message)) as typeof end.message;
        expect(answer.content.map(({ type }) => type)).to.deep.equal(['thinking', 'tool_call']);
        const results = answer.content.flatMap((part) =>
          part.type === 'tool_call'
            ? [
                {
                  type: 'tool_result',
                  toolCallId: part.toolCallId,
                  toolName: 'weather',
                  output: 'cold',
                  isError: false,
                } as const,
              ]
            : [],
        );
        await collect(
          models,
          ask({
            tools: [weatherTool],
            messages: [userMessage('Weather?'), answer, { role: 'tool', content: results }],
          }),
        );
        const sent = JSON.stringify(protocol.conversation(server.requests[1]?.body ?? {}));
        // Google has no ids of its own; a new one is made for each call.
        const withId = JSON.parse(sent.replaceAll(results[0]?.toolCallId ?? '', 'a')) as unknown[];
        expect(withId.slice(1, -1)).to.deep.equal(protocol.thinkingSent);
      });
    }

    for (const status of [400, 401]) {
      it(`status ${status} is said at once, and not asked again`, async () => {
        const { models } = await start(protocol.error(status, `no good: ${key}`));
        const { code, message, details, events } = await failure(models, ask());
        expect({ code, details, events }).to.deep.equal({
          code: 'model_failed',
          details: { model: `local/${protocol.model}`, status },
          events: [],
        });
        expect(message).to.equal(
          `model "local/${protocol.model}" failed: no good: *** (status ${status})` +
            (status === 401 ? '; check the key of provider "local"' : ''),
        );
        expect(server.requests).to.have.length(1);
      });
    }

    for (const status of [408, 429, 500, 503, 529]) {
      it(`status ${status} is asked again`, async () => {
        const { models } = await start(protocol.error(status, 'Overloaded'), hi);
        const events = await collect(models, ask());
        expect(events.map(({ type }) => type)).to.deep.equal(['retry', 'text_delta', 'finish']);
        expect(events[0]).to.deep.include({ attempt: 1, waitMs: 500 });
        expect(server.requests).to.have.length(2);
      });
    }

    it('the wait that the provider asks for is kept', async () => {
      const { models, clock } = await start(protocol.error(429, 'slow down', { 'retry-after': '7' }), hi);
      await collect(models, ask());
      expect(clock.slept).to.deep.equal([7_000]);
    });

    it('a conversation that is too long is told from other failures', async () => {
      const { models } = await start(protocol.tooLong);
      const { code, details } = await failure(models, ask());
      expect(code).to.equal('model_failed');
      expect(details).to.deep.include({ reason: 'context_overflow' });
    });

    it('a connection that ends before anything was said is asked again', async () => {
      const { models } = await start({ events: [] }, hi);
      expect((await collect(models, ask())).map(({ type }) => type)).to.deep.equal([
        'retry',
        'text_delta',
        'finish',
      ]);
    });

    it('an answer that breaks off fails, keeps what was said, and is not asked again', async () => {
      const { models } = await start({ events: protocol.begun('Good ') }, hi);
      const { code, events } = await failure(models, ask());
      expect({ code, events }).to.deep.equal({
        code: 'model_unavailable',
        events: [{ type: 'text_delta', text: 'Good ' }],
      });
      expect(server.requests).to.have.length(1);
    });

    it('a connection that is reset within an answer fails it', async () => {
      const { models } = await start({ events: protocol.begun('Good '), hang: true });
      const stream = models.stream(ask())[Symbol.asyncIterator]();
      await stream.next();
      server.drop();
      expect(await codeOf(stream.next())).to.equal('model_unavailable');
    });

    it('what is no JSON fails the call', async () => {
      const { models } = await start({ events: [...protocol.begun('Good '), '{"half": ['] });
      const { code, message, events } = await failure(models, ask());
      expect({ code, message, events }).to.deep.equal({
        code: 'model_failed',
        message: `model "local/${protocol.model}" failed: the provider sent what cannot be understood`,
        events: [{ type: 'text_delta', text: 'Good ' }],
      });
    });

    it('an answer that is no event stream fails the call', async () => {
      const { models } = await start({ status: 200, body: '<html>Sign in</html>' });
      expect((await failure(models, ask())).code).to.be.oneOf(['model_failed', 'model_unavailable']);
    });

    it('silence before and within an answer ends the call, and its socket', async () => {
      const { models, clock } = await start({ events: protocol.begun('Good '), hang: true });
      const stream = models.stream(ask())[Symbol.asyncIterator]();
      await stream.next();
      const next = messageOf(stream.next());
      clock.pass();
      expect(await next).to.equal(`model "local/${protocol.model}" sent nothing for 120 s`);
      await server.hungUp;
    });

    it('an abort closes the socket before and within an answer', async () => {
      for (const events of [[], protocol.begun('Good ')]) {
        const { models } = await start({ events, hang: true });
        const stop = new AbortController();
        const stream = models.stream(ask({ signal: stop.signal }))[Symbol.asyncIterator]();
        if (events.length > 0) await stream.next();
        const next = codeOf(stream.next());
        await server.asked;
        stop.abort(new Error('enough'));
        expect(await next).to.equal('aborted');
        await server.hungUp;
        await server.close();
      }
    });

    it('an abort while it waits to ask again ends the wait', async () => {
      const { models } = await start(protocol.error(503, 'busy'));
      const stop = new AbortController();
      const seen: string[] = [];
      const work = (async () => {
        for await (const event of models.stream(ask({ signal: stop.signal }))) {
          seen.push(event.type);
          stop.abort();
        }
      })();
      expect(await codeOf(work)).to.equal('aborted');
      expect(seen).to.deep.equal(['retry']);
      expect(server.requests).to.have.length(1);
    });

    if (protocol.brokenStream !== undefined) {
      const { brokenStream } = protocol;
      it('an error within a stream that said nothing yet is asked again when it may pass', async () => {
        const { models } = await start({ events: brokenStream }, hi);
        const events = await collect(models, ask());
        expect(events.map(({ type }) => type)).to.deep.equal(['retry', 'text_delta', 'finish']);
      });
    }
  });
}

describe('Anthropic messages', () => {
  it('thinking that is not shown is sent back as it came', async () => {
    const call = { id: 'a', name: 'weather', fragments: ['{}'] };
    const events = anthropic.thinks?.('', '', call).map((event) => {
      const { type, index } = event as { type: string; index?: number };
      if (index !== 0) return event;
      if (type === 'content_block_start')
        return { type, index, content_block: { type: 'redacted_thinking', data: 'hidden' } };
      return type === 'content_block_delta' ? { type: 'ping' } : event;
    });
    const server = await startFakeServer({ events: events ?? [] }, { events: anthropic.text('Hi') });
    const models = modelsOf({
      providers: { local: providerOf({ type: 'anthropic', baseUrl: server.baseUrl }) },
    });
    const ref = `local/${anthropic.model}`;
    const end = (await collect(models, requestOf({ ref, tools: [weatherTool] }))).at(-1);
    if (end?.type !== 'finish') throw new Error('no finish');
    const result = {
      type: 'tool_result',
      toolCallId: 'a',
      toolName: 'weather',
      output: '',
      isError: false,
    } as const;
    const messages: Message[] = [userMessage('Hi'), end.message, { role: 'tool', content: [result] }];
    await collect(models, requestOf({ ref, tools: [weatherTool], messages }));
    const sent = anthropic.conversation(server.requests[1]?.body ?? {}) as { content: object[] }[];
    expect(sent[1]?.content[0]).to.deep.equal({ type: 'redacted_thinking', data: 'hidden' });
    await server.close();
  });
});

describe('Google generateContent', () => {
  it('a prompt that is blocked is refused', async () => {
    const server = await startFakeServer({
      events: [{ promptFeedback: { blockReason: 'SAFETY' }, usageMetadata: { promptTokenCount: 5 } }],
    });
    const models = modelsOf({
      providers: { local: providerOf({ type: 'google', baseUrl: server.baseUrl }) },
    });
    expect((await failure(models, requestOf({}))).code).to.equal('model_refused');
    await server.close();
  });

  it('says in its error how long to wait', async () => {
    const info = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '12.5s' };
    const error = { code: 429, message: 'Slow down', status: 'RESOURCE_EXHAUSTED', details: [info] };
    const server = await startFakeServer({ status: 429, body: { error } }, { events: google.text('Hi') });
    const clock = createStepClock();
    const models = modelsOf({
      providers: { local: providerOf({ type: 'google', baseUrl: server.baseUrl }) },
      clock,
    });
    await collect(models, requestOf({}));
    expect(clock.slept).to.deep.equal([12_500]);
    await server.close();
  });
});

const wireConversation: readonly Message[] = [
  {
    role: 'user',
    content: [
      { type: 'text', text: 'See' },
      { type: 'image', image: 'aGk=', mediaType: 'image/png' },
    ],
  },
  {
    role: 'assistant',
    content: [
      { type: 'text', text: 'Hm.' },
      { type: 'tool_call', toolCallId: 'a', toolName: 'weather', input: { city: 'Oslo' } },
      { type: 'tool_call', toolCallId: 'b', toolName: 'weather', input: { city: 'Rome' } },
    ],
  },
  {
    role: 'tool',
    content: [
      { type: 'tool_result', toolCallId: 'a', toolName: 'weather', output: { celsius: -3 }, isError: false },
      { type: 'tool_result', toolCallId: 'b', toolName: 'weather', output: 'no data', isError: true },
    ],
  },
];

/** Events without what a provider keeps for itself in a part. */
function withoutPrivate(event: ModelEvent): unknown {
  return JSON.parse(
    JSON.stringify(event, (name, value: unknown) => (name === 'provider' ? undefined : value)),
  ) as unknown;
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'no failure',
    (thrown: unknown) => (thrown as { code: string }).code,
  );
}

async function messageOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'no failure',
    (thrown: unknown) => (thrown as Error).message,
  );
}
