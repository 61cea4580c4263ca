import { expect } from 'chai';
import { openMemoryStore } from '../../engine/adapters/store/memory.ts';
import type { EngineEvent } from '../../engine/core/event.ts';
import { noUsage, textOf, type Message } from '../../engine/core/message.ts';
import { Problem } from '../../engine/core/problem.ts';
import type { ModelRequest, Models } from '../../engine/ports/model.ts';
import { estimateMessage, estimateText } from '../../engine/session/compaction/tokens.ts';
import { all, closeEngines, engineOf, failureOf, fakeModels, linesOf } from '../engine/kit.ts';
import {
  small,
  agent,
  look,
  isSummary,
  lastText,
  long,
  counting,
  usageOf,
  endsOf,
} from './compaction-kit.ts';

describe('sessions: compaction', () => {
  afterEach(closeEngines);

  it('a conversation over its limit goes on with a summary and its newest messages, and all of it stays in the history', async () => {
    const { models, requests } = counting((request) =>
      isSummary(request) ? 'They greeted.' : long('ok', 100),
    );
    const { engine } = await engineOf({ 'src/agents/a.md': agent() }, [], { ports: { models } });
    const session = engine.agents.session('a', 'x');
    const events: EngineEvent[] = [];
    for (let at = 1; at <= 4; at += 1) events.push(...(await all(session.stream(long(`m${at}`)))));
    const [end, ...others] = endsOf(events);
    expect(others).to.deep.equal([]);
    expect(end).to.deep.include({
      isError: false,
      reason: 'threshold',
      model: 'openai/gpt-5',
      modelCalls: 1,
    });
    expect(end?.tokensBefore).to.be.greaterThan(800);
    expect(end?.tokensAfter).to.be.lessThan(500);
    expect(end?.messagesBefore).to.equal(5);
    expect(end?.messagesAfter).to.equal(2);
    const summary = requests.findIndex(isSummary);
    const next = requests[summary + 1]?.messages ?? [];
    expect(textOf(next[0] as Message)).to.contain('<summary>\nThey greeted.\n</summary>');
    expect(linesOf(next.slice(1)).map((line) => line.slice(0, 8))).to.deep.equal(['user: m3']);
    const history = linesOf(await session.history()).map((line) => line.slice(0, 13).trim());
    expect(history).to.deep.equal([1, 2, 3, 4].flatMap((at) => [`user: m${at} word`, 'assistant: ok']));
    // Tokens of the estimate and those of the next call are of one measure.
    const after = usageOf(requests[summary + 1] as ModelRequest, { role: 'assistant', content: [] });
    expect(Math.abs(after.inputTokens - (end?.tokensAfter ?? 0))).to.be.lessThan(40);
  });

  it('what a summary used counts for the prompt, and against its limits', async () => {
    const { models } = counting((request) => (isSummary(request) ? 'In short.' : long('ok', 300)));
    const limited = agent(undefined, 'limits: { modelCalls: 2 }\n');
    const { engine } = await engineOf({ 'src/agents/a.md': limited }, [], { ports: { models } });
    const session = engine.agents.session('a', 'x');
    await session.prompt(long('one', 300));
    const events: EngineEvent[] = [];
    const { usage } = await session.prompt(long('two', 300), { onEvent: (event) => events.push(event) });
    const turns = events.flatMap((event) => (event.type === 'turn_end' ? [event.data.usage] : []));
    const [end] = endsOf(events);
    expect(turns).to.have.length(1);
    expect(end?.usage.totalTokens).to.be.greaterThan(300);
    expect(usage.totalTokens).to.equal((turns[0]?.totalTokens ?? 0) + (end?.usage.totalTokens ?? 0));
    const one = agent(undefined, 'limits: { modelCalls: 1 }\n').replaceAll('1000', '1001');
    const { engine: other } = await engineOf({ 'src/agents/a.md': one }, [], { ports: { models } });
    await other.agents.session('a', 'x').prompt(long('one', 300));
    const failure = await failureOf(other.agents.session('a', 'x').prompt(long('two', 300)));
    expect(failure.type).to.equal('limit_reached');
  });

  it('without counts of the provider, lengths are estimated; with them, theirs hold', async () => {
    for (const isCounted of [false, true]) {
      const fake = fakeModels((request) => (isSummary(request) ? 'In short.' : 'ok'));
      const models: Models = {
        async *stream(request) {
          for await (const event of fake.stream(request))
            yield event.type === 'finish'
              ? { ...event, usage: isCounted ? { ...noUsage, inputTokens: 790, outputTokens: 20 } : noUsage }
              : event;
        },
      };
      const { engine } = await engineOf({ 'src/agents/a.md': agent() }, [], { ports: { models } });
      const session = engine.agents.session('a', 'x');
      await session.prompt(long('one', 100));
      await session.prompt(long('two', 100));
      expect(fake.requests.some(isSummary)).to.equal(isCounted);
    }
  });

  it('a summary covers the one before it, and the model sees one only', async () => {
    let summaries = 0;
    const { models, requests } = counting((request) =>
      isSummary(request) ? `summary ${(summaries += 1)}` : long('ok', 150),
    );
    const { engine } = await engineOf({ 'src/agents/a.md': agent() }, [], { ports: { models } });
    const session = engine.agents.session('a', 'x');
    for (let at = 1; at <= 9; at += 1) await session.prompt(long(`m${at}`, 150));
    const asked = requests.filter(isSummary);
    expect(asked.length).to.be.greaterThan(2);
    asked.forEach(({ messages }, at) => {
      const told = textOf(messages[0] as Message);
      expect(told.match(/summary \d/g) ?? []).to.deep.equal(at === 0 ? [] : [`summary ${at}`]);
      expect(textOf(messages[1] as Message)).to.match(
        at === 0 ? /^Write a summary/ : /goes on from the summary/,
      );
    });
    // Every message was summed up once, in order.
    const told = asked.flatMap(
      ({ messages }) => textOf(messages[0] as Message).match(/(?<=\[User\]\n)m\d/g) ?? [],
    );
    expect(told).to.deep.equal(told.map((_, at) => `m${at + 1}`));
    const seen = requests.at(-1)?.messages.map(textOf).join('\n') ?? '';
    expect(seen.match(/summary \d/g)).to.deep.equal([`summary ${asked.length}`]);
  });

  it('a turn longer than what stays is cut within, no tool call loses its results, and the request stays in its own words', async () => {
    const { models, requests } = counting((request, turn) => {
      if (isSummary(request)) return 'Looked at some.';
      return turn < 30 ? { calls: [{ tool: 'look', input: { at: turn } }] } : 'done';
    });
    const files = { 'src/agents/a.md': agent(undefined, 'tools: [look]\n'), 'src/tools/look.ts': look };
    const { engine } = await engineOf(files, [], { ports: { models } });
    const session = engine.agents.session('a', 'x');
    const events: EngineEvent[] = [];
    const { text } = await session.prompt('Look at all of Delphi', {
      onEvent: (event) => events.push(event),
    });
    expect(text).to.equal('done');
    expect(endsOf(events).length).to.be.greaterThan(1);
    for (const { messages } of requests.filter((request) => !isSummary(request))) {
      expect(messages[0]?.role).to.equal('user');
      expect(textOf(messages[0] as Message)).to.contain('Look at all of Delphi');
      messages.forEach((message, at) => {
        const isCall = message.role === 'assistant';
        expect(messages[at + 1]?.role === 'tool').to.equal(isCall);
      });
    }
    expect(textOf(requests.find(isSummary)?.messages[1] as Message)).to.contain('in the middle of the work');
  });

  it('a conversation that the model refuses as too long is compacted once and asked again', async () => {
    const refuse = (): never => {
      throw new Problem('model_failed', 'too long', { details: { reason: 'context_overflow' } });
    };
    const most = { tokens: 400 };
    const { models, requests } = counting((request) => {
      if (isSummary(request)) return 'In short.';
      return usageOf(request, { role: 'user', content: [] }).inputTokens > most.tokens ? refuse() : 'ok';
    });
    const { engine } = await engineOf({ 'src/agents/a.md': agent('{}') }, [], { ports: { models } });
    const session = engine.agents.session('a', 'x');
    await session.prompt(long('one', 150));
    await session.prompt(long('two', 150));
    const events: EngineEvent[] = [];
    expect(
      (await session.prompt(long('three', 150), { onEvent: (event) => events.push(event) })).text,
    ).to.equal('ok');
    expect(endsOf(events).map(({ reason, isError }) => [reason, isError])).to.deep.equal([
      ['overflow', false],
    ]);
    expect(requests.filter(isSummary)).to.have.length(1);
    // When that is not enough, the prompt fails with what the model said.
    most.tokens = 10;
    const before = requests.length;
    expect(await failureOf(session.prompt(long('four', 150)))).to.deep.include({ type: 'model_failed' });
    expect(requests.length - before).to.equal(3);
    most.tokens = 1000;
    expect((await session.prompt('five')).text).to.equal('ok');
  });

  it('a summary that is too long for the model to make at once is made in parts', async () => {
    const { models, requests } = counting((request) => {
      if (!isSummary(request)) return 'ok';
      if (textOf(request.messages[0] as Message).length < 2000) return 'In short.';
      throw new Problem('model_failed', 'too long', { details: { reason: 'context_overflow' } });
    });
    const { engine } = await engineOf({ 'src/agents/a.md': agent() }, [], { ports: { models } });
    const session = engine.agents.session('a', 'x');
    await session.prompt(`first ${long('one', 700)} last`);
    const events: EngineEvent[] = [];
    await session.prompt(long('two', 100), { onEvent: (event) => events.push(event) });
    expect(endsOf(events).map(({ isError }) => isError)).to.deep.equal([false]);
    expect(requests.filter(isSummary).length).to.be.greaterThan(1);
  });

  it('`compaction: false` leaves out nothing, whatever happens', async () => {
    const { models, requests } = counting((request, turn) => {
      if (turn < 3) return 'ok';
      throw new Problem('model_failed', 'too long', { details: { reason: 'context_overflow' } });
    });
    for (const off of ['false', `{ enabled: false, ${small} }`]) {
      requests.length = 0;
      const { engine } = await engineOf({ 'src/agents/a.md': agent(off) }, [], { ports: { models } });
      const session = engine.agents.session('a', 'x');
      await session.prompt(long('one', 500));
      await session.prompt(long('two', 500));
      expect((await failureOf(session.prompt('three'))).message).to.equal('too long');
      expect(requests.filter(isSummary)).to.deep.equal([]);
    }
  });

  it('its settings say who sums up, what to pay attention to, and with which text it is asked for', async () => {
    const { models, requests } = counting(() => long('ok', 400));
    const settings = `{ ${small}, model: openai/gpt-5-mini, instructions: Keep every order number., prompt: minutes }`;
    const { engine } = await engineOf(
      {
        'src/agents/a.md': agent(settings),
        'prompts/minutes.hbs': 'Write minutes for {{agent.name}}. {{instructions}}',
      },
      [],
      { ports: { models } },
    );
    const session = engine.agents.session('a', 'x');
    await session.prompt(long('one', 300));
    await session.prompt(long('two', 300));
    const request = requests.find(isSummary);
    expect(request?.model).to.deep.include({ provider: 'openai', id: 'gpt-5-mini' });
    expect(lastText(request as ModelRequest)).to.equal('Write minutes for a. Keep every order number.');
    expect(request?.tools).to.deep.equal([]);
    expect(request?.settings).to.deep.equal({ maxOutputTokens: 160 });
  });

  it('images count, so does a script that needs a token for every sign', () => {
    const image = { type: 'image', image: 'aGk=', mediaType: 'image/png' } as const;
    expect(estimateMessage({ role: 'user', content: [image] })).to.be.greaterThan(1000);
    expect(estimateText('你好，世界')).to.equal(5);
    expect(estimateText('word word word w')).to.equal(4);
    expect(estimateText('')).to.equal(0);
  });

  it('instructions that fill the window by themselves do not make every turn a summary', async () => {
    const { models, requests } = counting((request) => (isSummary(request) ? 'In short.' : 'ok'));
    const wordy = agent().replace('You are it.', long('You are it.', 850));
    const { engine } = await engineOf({ 'src/agents/a.md': wordy }, [], { ports: { models } });
    const session = engine.agents.session('a', 'x');
    for (let at = 0; at < 8; at += 1) await session.prompt(`m${at}`);
    expect(requests.filter(isSummary)).to.deep.equal([]);
  });

  it('a long session is read from its last summary on', async () => {
    const store = openMemoryStore();
    const { models } = counting((request) => (isSummary(request) ? 'In short.' : 'ok'));
    const project = { 'src/agents/a.md': agent() };
    const { engine } = await engineOf(project, [], { ports: { models }, store });
    for (let at = 0; at < 300; at += 1) await engine.agents.session('a', 'x').prompt(`m${at}`);
    let read = 0;
    const documents = {
      ...store.documents,
      getMany: (namespace: string, keys: readonly string[]) => {
        if (namespace === 'entries') read += keys.length;
        return store.documents.getMany(namespace, keys);
      },
    };
    const { engine: other } = await engineOf(project, [], {
      ports: { models },
      store: { ...store, documents },
    });
    await other.agents.session('a', 'x').prompt('again');
    expect(read).to.be.lessThan(250);
    expect(await other.agents.session('a', 'x').history()).to.have.length(602);
  });
});
