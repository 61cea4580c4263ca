import { expect } from 'chai';
import type { EngineEvent } from '../../engine/core/event.ts';
import { all, closeEngines, engineOf, failureOf, gate, linesOf } from '../engine/kit.ts';
import { leapingClock } from '../engine/leaping-clock.ts';

const agent = (text = ''): string =>
  `---\ndescription: An agent.\nmodel: openai/gpt-5\n${text}---\n\nYou are it.\n`;
const add = `export default {
  description: 'Adds.',
  inputSchema: { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number', default: 1 } }, required: ['a'] },
  run({ a, b }, { log }) {
    log('adding', { a, b });
    return a + b;
  },
};`;
const hang =
  "export default { description: 'Hangs.', inputSchema: { type: 'object' }, run: () => new Promise(() => undefined) };";

describe('sessions: operations', () => {
  afterEach(closeEngines);

  it('a prompt with a tool call gives exactly these events, dense ids and all', async () => {
    const { engine } = await engineOf(
      { 'src/agents/a.md': agent('tools: [add]\n'), 'src/tools/add.ts': add },
      [{ calls: [{ tool: 'add', input: { a: 2 } }] }, 'It is 3.'],
    );
    const events = await all(engine.agents.session('a', 'x', 's').stream('2+1?'));
    const [submissionId] = new Set(events.map((event) => event.executionId));
    expect(events.map(({ type }) => type)).to.deep.equal([
      'operation_start',
      'turn_start',
      'turn_end',
      'tool_start',
      'log',
      'tool_end',
      'turn_start',
      'text_delta',
      'turn_end',
      'operation_end',
      'submission_end',
    ]);
    const stored = events.filter(({ index }) => index > 0);
    expect(stored.map(({ id }) => id)).to.deep.equal(stored.map((_, at) => `${submissionId}#${at + 1}`));
    const operationIds = new Set(stored.slice(0, -1).map(({ operationId }) => operationId));
    expect(operationIds.size).to.equal(1);
    for (const event of events) {
      expect(event).to.deep.include({ v: 1, submissionId, agent: 'a', instanceId: 'x', session: 's' });
    }
    const turns = stored.filter(({ type }) => type === 'turn_start').map(({ turnId }) => turnId);
    expect(stored.slice(1, 6).map(({ turnId }) => turnId)).to.deep.equal(
      Array.from({ length: 5 }, () => turns[0]),
    );
    const usage = {
      inputTokens: 10,
      outputTokens: 5,
      totalTokens: 15,
      cacheReadTokens: 0,
      cacheWriteTokens: 0,
      reasoningTokens: 0,
      costUsd: 0.0000625,
    };
    const twice = { ...usage, inputTokens: 20, outputTokens: 10, totalTokens: 30, costUsd: 0.000125 };
    const model = 'openai/gpt-5';
    expect(events.map(dataOf)).to.deep.equal([
      { operation: 'prompt', message: '2+1?' },
      { model, turn: 1 },
      { model, text: '', finish: 'tool_calls', usage, toolCalls: 1 },
      { tool: 'add', input: { a: 2 } },
      { level: 'info', message: 'adding', fields: { a: 2, b: 1 } },
      { tool: 'add', isError: false, output: 3 },
      { model, turn: 2 },
      { text: 'It is 3.' },
      { model, text: 'It is 3.', finish: 'stop', usage, toolCalls: 0 },
      { isError: false, text: 'It is 3.', output: 'It is 3.', usage: twice },
      { state: 'succeeded' },
    ]);
  });

  it('a prompt that fails ends operation and submission, and the stream throws', async () => {
    const { engine } = await engineOf({ 'src/agents/a.md': agent() }, []);
    const seen: string[] = [];
    const failure = await failureOf(
      (async () => {
        for await (const { type } of engine.agents.session('a', 'x').stream('Hi')) seen.push(type);
      })(),
    );
    expect(failure).to.deep.equal({ type: 'model_failed', message: 'the test has no more answers' });
    expect(seen).to.deep.equal([
      'operation_start',
      'turn_start',
      'turn_end',
      'operation_end',
      'submission_end',
    ]);
    expect((await engine.executions({}))[0]).to.deep.include({ state: 'failed', error: failure });
  });

  it('what a tool cannot take, throws or gives back wrongly is an error result the model reads', async () => {
    const { engine } = await engineOf(
      {
        'src/agents/a.md': agent('tools: [add, throws, wrong]\n'),
        'src/tools/add.ts': add,
        'src/tools/throws.ts':
          "export default { description: 'Throws.', inputSchema: { type: 'object' }, run() { throw new Error('no luck'); } };",
        'src/tools/wrong.ts':
          "export default { description: 'Lies.', inputSchema: { type: 'object' }, outputSchema: { type: 'number' }, run: () => 'text' };",
      },
      [
        {
          calls: [{ tool: 'add', input: { a: 'x' } }, { tool: 'throws' }, { tool: 'wrong' }, { tool: 'ad' }],
        },
        'ok',
      ],
    );
    const session = engine.agents.session('a', 'x');
    await session.prompt('Go');
    const [, , results] = await session.history();
    const outputs = results?.role === 'tool' ? results.content.map(({ output }) => String(output)) : [];
    expect(outputs[0]).to.match(/^invalid input: \/a must be number/);
    expect(outputs[1]).to.equal('tool "throws" failed: no luck');
    expect(outputs[2]).to.match(/^output of tool "wrong": /);
    expect(outputs[3]).to.equal('no tool "ad"; did you mean "add"?');
  });

  it('a hung tool is given up after its timeout with an error result, and the prompt goes on', async () => {
    const { engine } = await engineOf(
      {
        'src/agents/a.md': agent('tools: [hang]\n'),
        'src/tools/hang.yaml': 'description: Hangs.\ntype: node\nmodule: ./hang.ts\ntimeout: 20ms\n',
        'src/tools/hang.ts': hang,
      },
      [{ calls: [{ tool: 'hang' }] }, 'on'],
    );
    const session = engine.agents.session('a', 'x');
    expect((await session.prompt('Go')).text).to.equal('on');
    expect(linesOf(await session.history())[2]).to.equal('tool: ! "tool \\"hang\\" took longer than 20 ms"');
  });

  it('a tool that fails for now is tried again as its retry says', async () => {
    const { engine } = await engineOf(
      {
        'src/agents/a.md': agent('tools: [flaky]\n'),
        'src/tools/flaky.yaml':
          'description: Flaky.\ntype: node\nmodule: ./flaky.ts\ninputSchema: { type: object }\nretry: { maxAttempts: 3, delay: 1ms, on: [tool_failed] }\n',
        'src/tools/flaky.ts':
          "export default { run: (input, { attempt, idempotencyKey }) => { if (attempt < 3) throw new Error('not yet'); return { attempt, key: typeof idempotencyKey }; } };",
      },
      [{ calls: [{ tool: 'flaky' }] }, 'on'],
    );
    const session = engine.agents.session('a', 'x');
    await session.prompt('Go');
    expect(linesOf(await session.history())[2]).to.equal('tool: = {"attempt":3,"key":"string"}');
  });

  for (const [how, text, options, message] of [
    ['its own timeout', 'timeout: 2m\n', {}, 'agent "a" took longer than 120000 ms'],
    ['its limit of duration', 'limits: { duration: 2m }\n', {}, 'agent "a" took longer than 120000 ms'],
    ['the timeout of the call', '', { timeoutMs: 120_000 }, 'agent "a" took longer than 120000 ms'],
  ] as const) {
    it(`an agent ends after ${how}, and its session works again`, async () => {
      const clock = leapingClock();
      const isAsked = gate();
      const { engine } = await engineOf(
        { 'src/agents/a.md': agent(text) },
        (_request, turn) => {
          isAsked.open();
          return turn === 1 ? new Promise<string>(() => undefined) : 'ok';
        },
        { ports: { clock } },
      );
      const session = engine.agents.session('a', 'x');
      const failure = failureOf(session.prompt('Go', options));
      await isAsked.opened;
      clock.leap(120_000);
      expect(await failure).to.deep.equal({ type: 'timeout', message });
      expect((await engine.executions({}))[0]?.state).to.equal('failed');
      expect((await session.prompt('Again')).text).to.equal('ok');
    });
  }

  it('limits on model calls and tokens end the operation before the call that would pass them', async () => {
    const files = { 'src/tools/add.ts': add };
    const forever = { calls: [{ tool: 'add', input: { a: 1 } }] };
    for (const [limits, message] of [
      ['{ modelCalls: 2 }', 'agent "a" reached its limit of 2 modelCalls'],
      ['{ tokens: 25 }', 'agent "a" reached its limit of 25 tokens'],
    ]) {
      const { engine, models } = await engineOf(
        { ...files, 'src/agents/a.md': agent(`tools: [add]\nlimits: ${limits}\n`) },
        () => forever,
      );
      expect(await failureOf(engine.agents.session('a', 'x').prompt('Go'))).to.deep.equal({
        type: 'limit_reached',
        message,
      });
      expect(models.requests).to.have.length(2);
    }
  });

  it('max_turns ends an operation whose model never stops, with a history that can be gone on with', async () => {
    const { engine, models } = await engineOf(
      { 'src/agents/a.md': agent('tools: [add]\nmaxTurns: 2\n'), 'src/tools/add.ts': add },
      (_request, turn) => (turn <= 2 ? { calls: [{ tool: 'add', input: { a: turn } }] } : 'ok'),
    );
    const session = engine.agents.session('a', 'x');
    expect((await failureOf(session.prompt('Go'))).type).to.equal('max_turns');
    await session.prompt('Again');
    expect(linesOf(models.requests.at(-1)?.messages ?? [])).to.deep.equal([
      'user: Go',
      'assistant: add({"a":1})',
      'tool: = 2',
      'assistant: add({"a":2})',
      'tool: ! "not run: the turn limit is reached"',
      'user: Again',
    ]);
  });

  it('a module that cannot be imported fails the prompt and names the file', async () => {
    const { engine } = await engineOf({
      'src/agents/a.md': agent('tools: [broken]\n'),
      'src/tools/broken.ts': "throw new Error('not today');\n",
    });
    const { type, message } = await failureOf(engine.agents.session('a', 'x').prompt('Go'));
    expect(type).to.equal('tool_invalid');
    expect(message).to.match(/^tool "broken": .*broken\.ts cannot be imported: not today$/);
  });
});

/** The data of an event without what a clock decides. */
function dataOf({ data }: EngineEvent): Record<string, unknown> {
  const { durationMs, ...rest } = data as Record<string, unknown>;
  if (durationMs !== undefined) expect(durationMs).to.be.a('number');
  return rest;
}
