import { expect } from 'chai';
import { openMemoryStore } from '../../engine/adapters/store/memory.ts';
import type { EngineEvent } from '../../engine/core/event.ts';
import { textOf, type Message } from '../../engine/core/message.ts';
import { Problem } from '../../engine/core/problem.ts';
import { closeEngines, engineOf, failureOf, gate, linesOf, type Answer } from '../engine/kit.ts';
import { agent, look, isSummary, long, counting, endsOf } from './compaction-kit.ts';

describe('sessions: compaction when something goes wrong', () => {
  afterEach(closeEngines);

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

  it('attempts at a typed result are counted through summaries and a crash', async () => {
    const store = openMemoryStore();
    const { opened: isStuck, open: stick } = gate();
    const project = { 'src/agents/a.md': agent(undefined, 'retries: 5\n') };
    const schema = { type: 'object', required: ['ok'], properties: { ok: { type: 'boolean' } } } as const;
    let attempts = 0;
    const first = counting((request) => {
      if (isSummary(request)) return 'In short.';
      attempts += 1;
      if (attempts < 5) return long('no', 300);
      stick();
      return new Promise<Answer>(() => undefined);
    });
    const { engine } = await engineOf(project, [], { ports: { models: first.models }, store });
    const asked = { result: schema, idempotencyKey: 'typed' };
    engine.agents
      .session('a', 'x')
      .prompt('Is it?', asked)
      .catch(() => undefined);
    await isStuck;
    expect(first.requests.filter(isSummary).length).to.be.greaterThan(0);
    const second = counting((request) => (isSummary(request) ? 'In short.' : { json: { ok: true } }));
    const { engine: other } = await engineOf(project, [], { ports: { models: second.models }, store });
    const result = await other.agents.session('a', 'x').prompt('Is it?', asked);
    expect(result.output).to.deep.equal({ ok: true });
    const told = await other.submissions.events(result.submissionId);
    const ended = told.flatMap((event) =>
      event.type === 'operation_end' ? [event.data.typed?.attempts] : [],
    );
    expect(ended).to.deep.equal([5]);
    const messages = second.requests.find((request) => !isSummary(request))?.messages ?? [];
    expect(textOf(messages[0] as Message)).to.match(/<request>\nIs it\?\n<\/request>$/);
  });
});
