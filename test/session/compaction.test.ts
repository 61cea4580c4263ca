import { expect } from 'chai';
import { openMemoryStore } from '../../engine/adapters/store/memory.ts';
import type { EngineEvent, EventData } from '../../engine/core/event.ts';
import { noUsage, textOf, type Message } from '../../engine/core/message.ts';
import { Problem } from '../../engine/core/problem.ts';
import type { ModelRequest, Models } from '../../engine/ports/model.ts';
import { estimateMessage, estimateText } from '../../engine/session/tokens.ts';
import {
  all,
  closeEngines,
  engineOf,
  failureOf,
  fakeModels,
  gate,
  linesOf,
  type Answer,
} from '../engine/kit.ts';

/** A window of 1000 tokens of which 800 may be used, 300 of them for what stays. */
const small = 'contextWindowTokens: 1000, reserveTokens: 200, keepRecentTokens: 300';
const agent = (compaction = `{ ${small} }`, more = ''): string =>
  `---\ndescription: An agent.\nmodel: openai/gpt-5\ncompaction: ${compaction}\n${more}---\n\nYou are it.\n`;
const look = `export default {
  description: 'Looks.',
  inputSchema: { type: 'object' },
  run: ({ at }) => 'seen ' + at + ' ' + 'x'.repeat(400),
};`;

const isSummary = ({ origin }: ModelRequest): boolean => origin.turn === 0;
const lastText = ({ messages }: ModelRequest): string => textOf(messages.at(-1) as Message);

/** Says about so many tokens. */
const long = (name: string, tokens = 200): string => `${name} ${'word '.repeat(Math.ceil((tokens * 4) / 5))}`;

/** Models that count as a provider does, or not at all. */
function counting(
  answering: (request: ModelRequest, turn: number) => Answer | Promise<Answer>,
  isCounted = true,
): { readonly requests: ModelRequest[]; readonly models: Models } {
  const fake = fakeModels(answering);
  return {
    requests: fake.requests,
    models: {
      async *stream(request) {
        for await (const event of fake.stream(request)) {
          if (event.type !== 'finish') yield event;
          else yield { ...event, usage: isCounted ? usageOf(request, event.message) : noUsage };
        }
      },
    },
  };
}

function usageOf({ system, messages }: ModelRequest, answer: Message) {
  const inputTokens = estimateText(system) + messages.reduce((sum, one) => sum + estimateMessage(one), 0);
  const outputTokens = estimateMessage(answer);
  return { ...noUsage, inputTokens, outputTokens, totalTokens: inputTokens + outputTokens };
}

type Compactions = EventData['compaction_end'][];

function endsOf(events: readonly EngineEvent[]): Compactions {
  return events.flatMap((event) => (event.type === 'compaction_end' ? [event.data] : []));
}

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

  it('a summary that fails is told by an event, the prompt goes on with everything, and the next one tries again', async () => {
    let isBroken = true;
    const { models, requests } = counting((request) => {
      const isDone = request.messages.at(-1)?.role === 'tool';
      if (!isSummary(request)) return isDone ? 'ok' : { calls: [{ tool: 'look', input: {} }] };
      if (isBroken) throw new Problem('model_unavailable', 'the model is away');
      return 'In short.';
    });
    const files = { 'src/agents/a.md': agent(undefined, 'tools: [look]\n'), 'src/tools/look.ts': look };
    const { engine } = await engineOf(files, [], { ports: { models } });
    const session = engine.agents.session('a', 'x');
    await session.prompt(long('one', 400));
    const events: EngineEvent[] = [];
    const onEvent = (event: EngineEvent): unknown => events.push(event);
    await session.prompt(long('two', 400), { onEvent });
    expect(endsOf(events)).to.have.length(1);
    expect(endsOf(events)[0]).to.deep.include({
      isError: true,
      error: { type: 'model_unavailable', message: 'the model is away' },
      messagesBefore: 5,
      messagesAfter: 5,
    });
    expect(requests.at(-1)?.messages).to.have.length(7);
    isBroken = false;
    await session.prompt('three', { onEvent });
    expect(endsOf(events).map(({ isError }) => isError)).to.deep.equal([true, false]);
  });

  it('a summary without text is a failure', async () => {
    const { models } = counting((request) => (isSummary(request) ? ' ' : 'ok'));
    const { engine } = await engineOf({ 'src/agents/a.md': agent() }, [], { ports: { models } });
    const session = engine.agents.session('a', 'x');
    await session.prompt(long('one', 500));
    const events: EngineEvent[] = [];
    await session.prompt(long('two', 500), { onEvent: (event) => events.push(event) });
    expect(endsOf(events)[0]?.error?.message).to.equal(
      'model "openai/gpt-5" gave no summary of the conversation',
    );
  });

  it('aborting while a summary is made stops it at once and changes nothing', async () => {
    let reached: () => void = () => undefined;
    const summarising = new Promise<void>((resolve) => (reached = resolve));
    const { models } = counting((request) => {
      if (!isSummary(request)) return 'ok';
      reached();
      return new Promise<Answer>(() => undefined);
    });
    const { engine } = await engineOf({ 'src/agents/a.md': agent() }, [], { ports: { models } });
    const session = engine.agents.session('a', 'x');
    await session.prompt(long('one', 500));
    const events: EngineEvent[] = [];
    const work = failureOf(session.prompt(long('two', 500), { onEvent: (event) => events.push(event) }));
    await summarising;
    await session.abort('enough');
    expect(await work).to.deep.equal({ type: 'aborted', message: 'enough' });
    expect(endsOf(events)[0]).to.deep.include({
      isError: true,
      error: { type: 'aborted', message: 'enough' },
    });
    expect(linesOf(await session.history()).map((line) => line.slice(0, 9))).to.deep.equal([
      'user: one',
      'assistant',
      'user: two',
    ]);
  });

  for (const when of ['while the summary is made', 'after it is stored'] as const) {
    it(`a crash ${when} leaves one summary and no entry less`, async () => {
      const store = openMemoryStore();
      let reached: () => void = () => undefined;
      const stuck = new Promise<void>((resolve) => (reached = resolve));
      const hang = (): Promise<Answer> => {
        reached();
        return new Promise(() => undefined);
      };
      const first = counting((request, turn) => {
        if (isSummary(request)) return when === 'after it is stored' ? 'In short.' : hang();
        return turn === 1 ? long('ok', 300) : hang();
      });
      const project = { 'src/agents/a.md': agent() };
      const { engine } = await engineOf(project, [], { ports: { models: first.models }, store });
      await engine.agents.session('a', 'x').prompt(long('one', 400));
      engine.agents
        .session('a', 'x')
        .prompt(long('two', 300))
        .catch(() => undefined);
      await stuck;
      const second = counting((request) => (isSummary(request) ? 'In short.' : 'ok'));
      const { engine: other } = await engineOf(project, [], { ports: { models: second.models }, store });
      const { text } = await other.agents.session('a', 'x').prompt('three');
      expect(text).to.equal('ok');
      expect(second.requests.filter(isSummary)).to.have.length(when === 'after it is stored' ? 0 : 1);
      const told = await Promise.all(
        (await other.executions({})).map(({ id }) => store.events.read(id, { after: 0, limit: 100 })),
      );
      expect(endsOf(told.flat()).map(({ isError, modelCalls }) => [isError, modelCalls])).to.deep.equal([
        [false, 1],
      ]);
      const keys = await store.documents.keys('entries', { prefix: 'a.x.default.0', limit: 100 });
      const entries = await store.documents.getMany(
        'entries',
        keys.map(({ key }) => key),
      );
      const roles = entries.map((entry) => (entry as { role: string }).role);
      expect(roles).to.deep.equal([
        'user',
        'assistant',
        'user',
        'compaction',
        'assistant',
        'user',
        'assistant',
      ]);
      const lines = linesOf(await other.agents.session('a', 'x').history()).map((line) => line.slice(0, 14));
      expect(lines).to.deep.equal([
        'user: one word',
        'assistant: ok ',
        'user: two word',
        'assistant: ok',
        'user: three',
        'assistant: ok',
      ]);
    });
  }

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

describe('sessions: compaction on demand', () => {
  afterEach(closeEngines);

  it('leaves out the older half of a short conversation, with what the caller wants of the summary, in the order of prompts', async () => {
    const { opened: isAsked, open: asks } = gate();
    const { models, requests } = counting((request) => {
      if (lastText(request) === 'before') asks();
      return isSummary(request) ? 'In short.' : long('ok', 50);
    });
    const { engine } = await engineOf({ 'src/agents/a.md': agent('{}') }, [], { ports: { models } });
    const session = engine.agents.session('a', 'x');
    for (const at of [1, 2, 3]) await session.prompt(long(`m${at}`, 50));
    const events: EngineEvent[] = [];
    const before = session.prompt('before');
    await isAsked;
    const result = await session.compact({
      instructions: 'Keep names.',
      model: 'openai/gpt-5-mini',
      onEvent: (event) => events.push(event),
    });
    const after = session.prompt('after');
    await Promise.all([before, after]);
    expect(result).to.deep.include({
      compacted: true,
      summary: 'In short.',
      messagesBefore: 8,
      messagesAfter: 5,
    });
    expect(result.tokensAfter).to.be.lessThan(result.tokensBefore);
    expect(result.usage.totalTokens).to.be.greaterThan(100);
    expect(events.map(({ type }) => type)).to.deep.equal([
      'submission_queued',
      'operation_start',
      'compaction_start',
      'compaction_end',
      'operation_end',
      'submission_end',
    ]);
    expect(
      requests.map((request) => (isSummary(request) ? 'summary' : lastText(request).slice(0, 6))),
    ).to.deep.equal(['m1 wor', 'm2 wor', 'm3 wor', 'before', 'summary', 'after']);
    const request = requests.find(isSummary) as ModelRequest;
    expect(request.model.id).to.equal('gpt-5-mini');
    expect(lastText(request)).to.match(/\n\nKeep names\.$/);
    expect(requests.at(-1)?.messages).to.have.length(6);
    expect(await session.history()).to.have.length(10);
  });

  it('leaves out everything where nothing is to stay, and says so where there is nothing', async () => {
    const { models, requests } = counting((request) => (isSummary(request) ? 'In short.' : 'ok'));
    const { engine } = await engineOf({ 'src/agents/a.md': agent('false') }, [], { ports: { models } });
    const session = engine.agents.session('a', 'x');
    expect((await session.compact()).compacted).to.equal(false);
    await session.prompt('one');
    expect(await session.compact({ keepTokens: 0 })).to.deep.include({ compacted: true, messagesAfter: 1 });
    expect((await session.compact({ keepTokens: 0 })).compacted).to.equal(false);
    await session.prompt('two');
    expect(requests.at(-1)?.messages).to.have.length(2);
    expect(linesOf(await session.history())).to.deep.equal([
      'user: one',
      'assistant: ok',
      'user: two',
      'assistant: ok',
    ]);
  });

  it('that fails fails for who asked, and changes nothing', async () => {
    const { models, requests } = counting((request) => {
      if (!isSummary(request)) return 'ok';
      throw new Problem('model_refused', 'no');
    });
    const { engine } = await engineOf({ 'src/agents/a.md': agent('{}') }, [], { ports: { models } });
    const session = engine.agents.session('a', 'x');
    await session.prompt('one');
    expect(await failureOf(session.compact({ keepTokens: 0 }))).to.deep.equal({
      type: 'model_refused',
      message: 'no',
    });
    await session.prompt('two');
    expect(requests.at(-1)?.messages).to.have.length(3);
  });
});
