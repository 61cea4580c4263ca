import { expect } from 'chai';
import { getEventListeners } from 'node:events';
import { turnLoop } from '../../engine/adapters/harness/loop.ts';
import type { EngineEvent } from '../../engine/core/event.ts';
import { noUsage } from '../../engine/core/message.ts';
import type { Harness } from '../../engine/ports/harness.ts';
import type { Models } from '../../engine/ports/model.ts';
import { startFakeServer } from '../fakes/openai-server.ts';
import {
  closeEngines,
  engineOf,
  failureOf,
  fakeModels,
  linesOf,
  type Answer,
  type Call,
} from '../engine/kit.ts';
import { expectWellFormed } from './well-formed.ts';

const tool = (run: string): string =>
  `export default { description: 'T.', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true }, ${run} };`;

const project = {
  'src/tools/look.ts': tool(
    `run: (_input, { signal }) => { globalThis.seenSignals?.push(signal); return 'looked'; }`,
  ),
  'src/tools/stuck.ts': tool(
    `run: (_input, { signal }) => { globalThis.seenSignals?.push(signal); return new Promise(() => undefined); }`,
  ),
  'src/profiles/helper.md':
    '---\ndescription: Helps.\ntools: [look, stuck]\nharness: watched\n---\n\nYou help.\n',
  'src/agents/lead.md': `---
description: Leads.
model: openai/m
tools: [look, stuck]
subagents: [helper]
harness: watched
outputSchema: { type: object, required: [ok], properties: { ok: { type: boolean } } }
---

You lead.
`,
};

const look: Call = { tool: 'look' };
const helper: Call = { tool: 'task', input: { prompt: 'Help', agent: 'helper' } };

/** Turns with a tool, a task with a tool of its own, an answer that does not fit, and its repair. */
const script = ({ messages }: { messages: Parameters<typeof linesOf>[0] }): Answer => {
  const lines = linesOf(messages);
  const isTool = messages.at(-1)?.role === 'tool';
  if (lines[0] === 'user: Help') return isTool ? 'helped' : { calls: [look] };
  if (lines.at(-1) === 'user: Again') return { json: { ok: false } };
  if (isTool) return 'not what was asked';
  return messages.length === 1 ? { calls: [look, helper] } : { json: { ok: true } };
};

/** The default loop; everything it does is one more act, of which one waits until it is aborted. */
function watched(acts: string[], abortAt: { place: number; abort(): void }, signals: AbortSignal[]): Harness {
  return {
    name: 'watched',
    async run(task, context) {
      const { signal } = task;
      signals.push(signal);
      const act = async (name: string): Promise<void> => {
        acts.push(name);
        if (acts.length !== abortAt.place) return;
        const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        abortAt.abort();
        await aborted;
      };
      const around = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
        await act(`before ${name}`);
        const value = await work();
        await act(`after ${name}`);
        return value;
      };
      return turnLoop.run(task, {
        ...context,
        nextTurn: (usage, calls) => around('nextTurn', () => context.nextTurn(usage, calls)),
        append: (message) => around(`append ${message.role}`, () => context.append(message)),
        callTool: (call, turnId) => around(`call ${call.toolName}`, () => context.callTool(call, turnId)),
        models: {
          async *stream(request) {
            signals.push(request.signal);
            await act('before stream');
            for await (const event of context.models.stream(request)) {
              yield event;
              await act('within stream');
            }
          },
        },
      });
    },
  };
}

const sockets = (): number =>
  process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP')).length;

const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

declare global {
  var seenSignals: AbortSignal[] | undefined;
}

describe('sessions: abort', () => {
  let signals: AbortSignal[];
  beforeEach(() => (signals = globalThis.seenSignals = []));
  afterEach(async () => {
    globalThis.seenSignals = undefined;
    await closeEngines();
  });

  /** Nothing listens to what has ended, and no timer goes on. */
  async function expectNothingLeft(before: number): Promise<void> {
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    const listeners = signals.flatMap((signal) => getEventListeners(signal, 'abort'));
    expect(listeners, 'listeners').to.deep.equal([]);
    expect(timers(), 'timers').to.be.at.most(before);
  }

  /** Prompts, aborted at one act of the harnesses; 0 for none. */
  async function prompted(place: number): Promise<string[]> {
    const acts: string[] = [];
    let counted = 0;
    const abortAt = { place, abort: (): void => undefined };
    const { engine } = await engineOf(project, script, {
      harnesses: { watched: watched(acts, abortAt, signals) },
    });
    const session = engine.agents.session('lead', 'x');
    const before = timers();
    const controller = new AbortController();
    signals.push(controller.signal);
    abortAt.abort = () => (place % 2 === 0 ? controller.abort('enough') : void session.abort('enough'));
    const types: string[] = [];
    const onEvent = ({ type, taskId }: EngineEvent): void =>
      void types.push(taskId === undefined ? type : `task ${type}`);
    const prompt = session.prompt('Go', { signal: controller.signal, onEvent });
    if (place === 0) {
      await prompt;
      counted = acts.length;
    } else {
      const failure = await failureOf(prompt).catch((thrown: unknown) => ({ type: String(thrown) }));
      const what = `${acts[place - 1] ?? ''} (${place})`;
      expect(failure.type, what).to.equal('aborted');
      const all = types.filter((type) => !type.endsWith('delta'));
      for (const type of [
        'operation',
        'turn',
        'tool',
        'task operation',
        'task task',
        'task turn',
        'task tool',
      ]) {
        const ends = all.filter((one) => one === `${type}_end`).length;
        expect(ends, `${what}: ${type}_end`).to.equal(all.filter((one) => one === `${type}_start`).length);
      }
      expect(all.slice(-2), what).to.deep.equal(['operation_end', 'submission_end']);
    }
    abortAt.place = 0;
    expect(await session.abort()).to.equal(false);
    expect((await session.prompt('Again')).output).to.deep.equal({ ok: false });
    expectWellFormed(await session.history(), `aborted at ${place}`);
    expect(linesOf(await session.history()).slice(-2)).to.deep.equal([
      'user: Again',
      'assistant: {"ok":false}',
    ]);
    await expectNothingLeft(before);
    await engine.close();
    return acts.slice(0, counted);
  }

  it('at every act of a prompt and of its tasks: the next prompt works, the history is whole, nothing is left', async function () {
    this.timeout(120_000);
    const acts = await prompted(0);
    for (const name of [
      'before stream',
      'within stream',
      'before call look',
      'after append tool',
      'after call task',
    ])
      expect(acts).to.include(name);
    for (const place of acts.keys()) await prompted(place + 1);
  });

  for (const [what, calls, inTask] of [
    ['a tool that does not hear of it', [{ tool: 'stuck' }], false],
    ['a tool of a task that does not hear of it', [helper], true],
  ] as const)
    it(`during ${what}`, async () => {
      const { engine } = await engineOf(
        project,
        ({ messages }): Answer => {
          const [first] = linesOf(messages);
          if (linesOf(messages).at(-1) === 'user: Again') return { json: { ok: true } };
          return { calls: first === 'user: Help' ? [{ tool: 'stuck' }] : [...calls] };
        },
        { harnesses: { watched: turnLoop } },
      );
      const session = engine.agents.session('lead', 'x');
      const before = timers();
      const ends: string[] = [];
      const failure = await failureOf(
        session.prompt('Go', {
          onEvent({ type, data, taskId }) {
            if (type.endsWith('_end')) ends.push(`${taskId === undefined ? '' : 'task '}${type}`);
            if (type === 'tool_start' && (data as { tool: string }).tool === 'stuck')
              void session.abort('enough');
          },
        }),
      );
      expect(failure).to.deep.equal({ type: 'aborted', message: 'enough' });
      expect(ends.slice(1)).to.deep.equal([
        ...(inTask ? ['task turn_end', 'task tool_end', 'task operation_end', 'task task_end'] : []),
        'tool_end',
        'operation_end',
        'submission_end',
      ]);
      await session.prompt('Again');
      expectWellFormed(await session.history());
      await expectNothingLeft(before);
    });

  it('while queued: neither is called, and the session is free', async () => {
    const { engine, models } = await engineOf(
      { 'src/agents/a.md': '---\ndescription: A.\nmodel: openai/m\n---\n\nYou are a.\n' },
      ({ messages }): Answer | Promise<Answer> =>
        linesOf(messages).at(-1) === 'user: last' ? 'ok' : new Promise<Answer>(() => undefined),
    );
    const session = engine.agents.session('a', 'x');
    const before = timers();
    const failures = ['1', '2', '3'].map((text) => failureOf(session.prompt(text)));
    while (models.requests.length === 0) await new Promise(setImmediate);
    expect(await session.abort('enough')).to.equal(true);
    expect((await Promise.all(failures)).map(({ type }) => type)).to.deep.equal([
      'aborted',
      'aborted',
      'aborted',
    ]);
    expect((await session.prompt('last')).text).to.equal('ok');
    expect(models.requests).to.have.length(2);
    signals.push(...models.requests.map(({ signal }) => signal));
    await expectNothingLeft(before);
  });

  for (const isAborted of [false, true])
    it(`while a helper's own conversation is summed up${isAborted ? '' : ', which counts for its parent'}`, async () => {
      let used = 0;
      const models = fakeModels(({ origin, messages }, turn): Answer | Promise<Answer> => {
        if (origin.turn === 0) return isAborted ? new Promise<Answer>(() => undefined) : 'In short.';
        if (linesOf(messages).at(-1) === 'user: Again') return { json: { ok: true } };
        if (origin.agent === 'lead')
          return messages.length === 1 ? { calls: [helper] } : { json: { ok: true } };
        return turn < 5 ? { calls: [look] } : 'helped';
      });
      /** The same, counting as a provider does. */
      const counting: Models = {
        async *stream(request) {
          for await (const event of models.stream(request)) {
            const totalTokens = Math.ceil(JSON.stringify(request.messages).length / 4);
            if (event.type === 'finish') used += totalTokens;
            const usage = { ...noUsage, inputTokens: totalTokens, totalTokens };
            yield event.type === 'finish' ? { ...event, usage } : event;
          }
        },
      };
      const { engine } = await engineOf(
        {
          ...project,
          'src/tools/look.ts': tool("run: () => 'x'.repeat(2000)"),
          'src/profiles/helper.md': `---
description: Helps.
tools: [look]
compaction: { contextWindowTokens: 1000, reserveTokens: 200, keepRecentTokens: 300 }
---

You help.
`,
        },
        [],
        { harnesses: { watched: turnLoop }, ports: { models: counting } },
      );
      const session = engine.agents.session('lead', 'x');
      const before = timers();
      const events: EngineEvent[] = [];
      const work = session.prompt('Go', {
        onEvent(event) {
          events.push(event);
          if (isAborted && event.type === 'compaction_start') void session.abort('enough');
        },
      });
      if (isAborted) expect(await failureOf(work)).to.deep.equal({ type: 'aborted', message: 'enough' });
      else expect((await work).usage.totalTokens).to.equal(used);
      const [summed] = events.filter(({ type }) => type === 'compaction_end');
      expect(summed?.taskId).to.be.a('string');
      expect(summed?.agent).to.equal('task:helper');
      expect(summed?.data).to.deep.include({ isError: isAborted });
      expect((await session.prompt('Again')).output).to.deep.equal({ ok: true });
      expectWellFormed(await session.history());
      signals.push(...models.requests.map(({ signal }) => signal));
      await expectNothingLeft(before);
    });

  it('a child is aborted with its parent down to the socket of its model', async () => {
    const before = sockets();
    const call = { name: 'task', arguments: JSON.stringify({ prompt: 'Help', agent: 'helper' }) };
    const chunk = (delta: object, finish: string | null = null): object => ({
      id: 'c',
      object: 'chat.completion.chunk',
      created: 1,
      model: 'm',
      choices: [{ index: 0, delta, finish_reason: finish }],
    });
    const server = await startFakeServer(
      {
        events: [
          chunk({ tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: call }] }),
          chunk({}, 'tool_calls'),
          '[DONE]',
        ],
      },
      { events: [chunk({ content: 'I am' })], hang: true },
    );
    const { createEngine } = await import('../../engine/engine.ts');
    const { programOf } = await import('../fakes/project.ts');
    const engine = await createEngine({
      program: await programOf({
        'engine.yaml': `providers: { local: { type: openai-compatible, baseUrl: '${server.baseUrl}' } }\nmodel: local/m\n`,
        'src/profiles/helper.md': '---\ndescription: Helps.\n---\n\nYou help.\n',
        'src/agents/lead.md': '---\ndescription: Leads.\nsubagents: [helper]\n---\n\nYou lead.\n',
      }),
      store: 'memory',
      env: {},
    });
    const session = engine.agents.session('lead', 'x');
    const failure = failureOf(
      session.prompt('Go', {
        onEvent({ type, taskId }) {
          if (type === 'text_delta' && taskId !== undefined) void session.abort('enough');
        },
      }),
    );
    expect(await failure).to.deep.equal({ type: 'aborted', message: 'enough' });
    await server.hungUp;
    await engine.close();
    await server.close();
    // The system closes them a little later.
    while (sockets() > before) await new Promise(setImmediate);
  });
});
