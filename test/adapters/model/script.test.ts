import { expect } from 'chai';
import type { Message } from '../../../engine/core/message.ts';
import type { ModelEvent } from '../../../engine/ports/model.ts';
import type { ScriptReply, ScriptRule } from '../../../engine/program/model.ts';
import {
  collect,
  createStepClock,
  expressionOf,
  failure,
  modelsOf,
  requestOf,
  templateOf,
  userMessage,
  valueOf,
} from './kit.ts';

describe('a scripted model', () => {
  it('answers by the first rule that matches, in groups of words', async () => {
    const events = await collect(
      scripted(
        { match: { text: 'BYE' }, reply: says('Farewell') },
        { match: { text: 'hello' }, reply: says('Good morning to you, dear friend of mine.') },
        { match: {}, reply: says('What?') },
      ),
      ask(),
    );
    expect(events).to.deep.equal([
      { type: 'text_delta', text: 'Good morning to you, ' },
      { type: 'text_delta', text: 'dear friend of mine.' },
      {
        type: 'finish',
        finish: 'stop',
        usage: {
          inputTokens: 2,
          outputTokens: 11,
          totalTokens: 13,
          cacheReadTokens: 0,
          cacheWriteTokens: 0,
          reasoningTokens: 0,
        },
        message: {
          role: 'assistant',
          content: [{ type: 'text', text: 'Good morning to you, dear friend of mine.' }],
        },
      },
    ]);
  });

  it('matches by agent, step, turn, tool and condition, all of which must hold', async () => {
    const models = scripted(
      { match: { agent: 'other' }, reply: says('agent') },
      { match: { step: 'first/other' }, reply: says('step') },
      { match: { turn: 2 }, reply: says('turn') },
      { match: { tool: 'other' }, reply: says('tool') },
      { match: { when: expressionOf(({ input }) => input === 'no') }, reply: says('when') },
      {
        match: {
          agent: 'triage',
          step: 'first/ask',
          turn: 1,
          tool: 'weather',
          when: expressionOf(({ input }) => input === 'yes'),
        },
        reply: says('all'),
      },
    );
    const request = ask({
      messages: [userMessage('Hello'), ...weather('cold')],
      origin: { agent: 'triage', stepPath: 'first/ask', turn: 1, input: 'yes' },
    });
    expect(textIn(await collect(models, request))).to.equal('all');
  });

  it('gives the groups of its pattern to templates, by number and by name', async () => {
    const models = scripted({
      match: { pattern: '(?P<verb>refund|cancel) order (\\d+)( now)?' },
      reply: { text: templateOf((scope) => JSON.stringify(scope['match'])), source: null },
    });
    const events = await collect(models, ask({ messages: [userMessage('Please refund order 42')] }));
    expect(JSON.parse(textIn(events))).to.deep.equal({
      '0': 'refund order 42',
      '1': 'refund',
      '2': '42',
      '3': '',
      verb: 'refund',
    });
  });

  it('shows templates the conversation and the tool results of this operation', async () => {
    const models = scripted({
      match: {},
      reply: { json: valueOf((scope) => ({ ...scope }) as never), source: null },
    });
    const messages = [
      userMessage('Before'),
      ...weather('old'),
      userMessage('Weather?'),
      ...weather('cold'),
      ...weather({ celsius: 3 }),
    ];
    const events = await collect(
      models,
      ask({ messages, origin: { agent: 'triage', turn: 3, input: { a: 1 } } }),
    );
    expect(JSON.parse(textIn(events))).to.deep.equal({
      text: 'Weather?',
      messages: messages.map((message) => ({
        role: message.role,
        text: message.role === 'user' ? (message.content[0] as { text: string }).text : '',
      })),
      results: { weather: { celsius: 3 } },
      result: { celsius: 3 },
      input: { a: 1 },
      turn: 3,
      agent: 'triage',
      match: {},
    });
  });

  it('asks for tools under ids that are new to the conversation', async () => {
    const models = scripted({
      match: {},
      reply: {
        thinking: templateOf(() => 'Hm.'),
        text: templateOf(() => 'Let me see.'),
        toolCalls: [
          { tool: 'weather', input: valueOf(({ text }) => ({ city: text as string })) },
          { tool: 'clock' },
        ],
        usage: {
          inputTokens: 100,
          outputTokens: 10,
          cacheReadTokens: 80,
          cacheWriteTokens: 5,
          reasoningTokens: 4,
        },
        source: null,
      },
    });
    const before: Message = {
      role: 'assistant',
      content: [{ type: 'tool_call', toolCallId: 'call_7', toolName: 'x', input: {} }],
    };
    const events = await collect(models, ask({ messages: [before, userMessage('Oslo')] }));
    const calls = [
      { type: 'tool_call', toolCallId: 'call_8', toolName: 'weather', input: { city: 'Oslo' } },
      { type: 'tool_call', toolCallId: 'call_9', toolName: 'clock', input: {} },
    ];
    expect(events).to.deep.equal([
      { type: 'thinking_delta', text: 'Hm.' },
      { type: 'text_delta', text: 'Let me see.' },
      ...calls.flatMap((call) => [
        {
          type: 'tool_input_delta',
          toolCallId: call.toolCallId,
          toolName: call.toolName,
          text: JSON.stringify(call.input),
        },
        { type: 'tool_call', call },
      ]),
      {
        type: 'finish',
        finish: 'tool_calls',
        usage: {
          inputTokens: 100,
          outputTokens: 10,
          totalTokens: 110,
          cacheReadTokens: 80,
          cacheWriteTokens: 5,
          reasoningTokens: 4,
        },
        message: {
          role: 'assistant',
          content: [{ type: 'thinking', text: 'Hm.' }, { type: 'text', text: 'Let me see.' }, ...calls],
        },
      },
    ]);
  });

  it('fails as its rule says', async () => {
    const error = { code: 'overloaded', message: 'too much to do' };
    const codes = await Promise.all(
      [undefined, 400, 408, 429, 503].map(async (status) => {
        const fault = status === undefined ? error : { ...error, status };
        return (await failure(scripted({ match: {}, reply: { error: fault, source: null } }), ask())).code;
      }),
    );
    expect(codes).to.deep.equal([
      'model_failed',
      'model_failed',
      'model_unavailable',
      'model_unavailable',
      'model_unavailable',
    ]);
  });

  it('says of each rule why it does not match when none does', async () => {
    const once: ScriptRule = { match: { text: 'xx' }, reply: says('Once'), times: 1 };
    const models = scripted(
      once,
      { match: { text: 'bye' }, reply: says('Farewell') },
      { match: { agent: 'other' }, reply: says('') },
      { match: { step: 'ask' }, reply: says('') },
      { match: { turn: 2 }, reply: says('') },
      { match: { system: 'pirate' }, reply: says('') },
      { match: { tool: 'weather' }, reply: says('') },
      { match: { result: 'cold' }, reply: says('') },
      { match: { pattern: '^y' }, reply: says('') },
      { match: { when: { ...expressionOf(() => false), source: 'size(messages) > 9' } }, reply: says('') },
    );
    const request = ask({ messages: [userMessage('x'.repeat(300))] });
    await collect(models, request);
    const { code, message, details } = await failure(models, request);
    expect({ code, message }).to.deep.equal({
      code: 'model_failed',
      message:
        `scripted model "demo" has no rule for "${'x'.repeat(200)}…" (agent "triage", turn 1): ` +
        'rule 1: it was given 1 time already; rule 2: the message does not contain "bye"; rule 3: it is for agent "other"; ' +
        'rule 4: it is for step "ask"; rule 5: it is for turn 2; rule 6: the system prompt does not contain "pirate"; and 4 more; ' +
        'add a rule whose "match" fits it, or a "default" that answers everything else',
    });
    expect((details as { rules: string[] }).rules.slice(6)).to.deep.equal([
      'rule 7: the last message is not the result of tool "weather"',
      'rule 8: there is no tool result',
      'rule 9: the message does not match /^y/',
      'rule 10: "size(messages) > 9" is not true',
    ]);
  });

  it('matches by the system prompt and by what a tool gave', async () => {
    const models = scripted(
      { match: { system: 'PIRATE' }, reply: says('Arr') },
      { match: { result: '"celsius":3' }, reply: says('Cold') },
    );
    const system = ask({ system: 'Talk like a pirate.' });
    expect(textIn(await collect(models, system))).to.equal('Arr');
    const result = ask({ messages: [userMessage('Weather?'), ...weather({ celsius: 3 })] });
    expect(textIn(await collect(models, result))).to.equal('Cold');
  });

  it('gives a reply so many times, then the next one', async () => {
    const models = scripted(
      { match: {}, reply: says('once'), times: 1 },
      { match: {}, reply: says('twice'), times: 2 },
      { match: {}, reply: says('always') },
    );
    expect(await texts(models, 5)).to.deep.equal(['once', 'twice', 'twice', 'always', 'always']);
  });

  it('gives the replies of a sequence one after the other, and fails after the last', async () => {
    const models = scripted(
      { match: { text: 'other' }, reply: says('') },
      { match: {}, ...sequence(false, 'one', 'two') },
    );
    expect(await texts(models, 2)).to.deep.equal(['one', 'two']);
    const { code, message } = await failure(models, ask());
    expect({ code, message }).to.deep.equal({
      code: 'model_failed',
      message:
        'scripted model "demo": rule 2 has given all 2 replies of its "sequence"; add more, or "repeat: true" to begin again',
    });
  });

  it('begins a sequence again when it says so', async () => {
    const models = scripted({ match: {}, ...sequence(true, 'one', 'two') });
    expect(await texts(models, 5)).to.deep.equal(['one', 'two', 'one', 'two', 'one']);
  });

  it('counts for each engine on its own', async () => {
    const rule: ScriptRule = { match: {}, reply: says('once'), times: 1 };
    expect(await texts(scripted(rule), 1)).to.deep.equal(['once']);
    expect(await texts(scripted(rule), 1)).to.deep.equal(['once']);
  });

  it('sends its pieces as they are written, with a wait between them', async () => {
    const clock = createStepClock();
    const chunks = ['Good ', '', 'mor', 'ning'].map((piece) => templateOf(() => piece));
    const models = scripted({ match: {}, reply: { chunks, chunkDelayMs: 20, source: null } }, clock);
    const events = await collect(models, ask());
    expect(events.slice(0, -1)).to.deep.equal(
      ['Good ', 'mor', 'ning'].map((text) => ({ type: 'text_delta', text })),
    );
    expect(clock.slept).to.deep.equal([20, 20]);
    const finish = events.at(-1);
    if (finish?.type !== 'finish') throw new Error('no finish');
    expect(finish.message.content).to.deep.equal([{ type: 'text', text: 'Good morning' }]);
  });

  it('is tried again after a failure that may pass, as every provider is', async () => {
    const clock = createStepClock();
    const busy = { code: 'overloaded', message: 'busy', status: 529, retryAfterMs: 7_000 };
    const models = scripted(
      { match: {}, reply: { error: busy, source: null }, times: 1 },
      { match: {}, reply: says('Hi') },
      clock,
    );
    expect((await collect(models, ask())).map(({ type }) => type)).to.deep.equal([
      'retry',
      'text_delta',
      'finish',
    ]);
    expect(clock.slept).to.deep.equal([7_000]);
  });

  it('breaks off after what it was to say, and is not tried again then', async () => {
    const clock = createStepClock();
    const error = { code: 'lost', message: 'gone', status: 503, after: templateOf(() => 'Good ') };
    const { code, events } = await failure(
      scripted({ match: {}, reply: { error, source: null } }, clock),
      ask(),
    );
    expect({ code, events }).to.deep.equal({
      code: 'model_unavailable',
      events: [{ type: 'text_delta', text: 'Good ' }],
    });
    expect(clock.slept).to.deep.equal([]);
  });

  it('says itself whether a failure may pass', async () => {
    const codes = await Promise.all(
      [
        { code: 'x', message: 'x', status: 503, retryable: false },
        { code: 'x', message: 'x', status: 400, retryable: true },
      ].map(
        async (error) => (await failure(scripted({ match: {}, reply: { error, source: null } }), ask())).code,
      ),
    );
    expect(codes).to.deep.equal(['model_failed', 'model_unavailable']);
  });

  it('waits before it answers, and stops waiting when it is aborted', async () => {
    const clock = createStepClock();
    const reply = (delayMs: number) => ({ ...says('Hi'), delayMs });
    await collect(scripted({ match: {}, reply: reply(300) }, clock), ask());
    expect(clock.slept).to.deep.equal([300]);
    const stop = new AbortController();
    const waiting = failure(
      scripted({ match: {}, reply: reply(600_000) }, clock),
      ask({ signal: stop.signal }),
    );
    stop.abort(new Error('enough'));
    expect((await waiting).code).to.equal('aborted');
  });

  it('an unknown script is told with the choices', async () => {
    const { code, message } = await failure(scripted(), requestOf({ ref: 'script/demp' }));
    expect({ code, message }).to.deep.equal({
      code: 'missing_model',
      message: 'no scripted model "demp"; did you mean "demo"?',
    });
  });
});

type Clock = ReturnType<typeof createStepClock>;

function scripted(...parts: readonly (ScriptRule | Clock)[]) {
  const rules = parts.filter((part): part is ScriptRule => 'match' in part);
  const clock = parts.find((part): part is Clock => 'slept' in part);
  return modelsOf({ scripts: { demo: { name: 'demo', rules } }, ...(clock === undefined ? {} : { clock }) });
}

function ask(fields: Parameters<typeof requestOf>[0] = {}) {
  return requestOf({ ref: 'script/demo', ...fields });
}

function says(text: string): ScriptReply {
  return { text: templateOf(() => text), source: null };
}

function sequence(repeat: boolean, ...said: readonly string[]): Pick<ScriptRule, 'reply' | 'sequence'> {
  return { reply: says(said[0] ?? ''), sequence: { replies: said.map(says), repeat } };
}

async function texts(models: ReturnType<typeof scripted>, calls: number): Promise<string[]> {
  const said: string[] = [];
  for (let call = 0; call < calls; call += 1) said.push(textIn(await collect(models, ask())));
  return said;
}

function weather(output: string | { readonly celsius: number }): Message[] {
  return [
    {
      role: 'assistant',
      content: [{ type: 'tool_call', toolCallId: 'call_1', toolName: 'weather', input: {} }],
    },
    {
      role: 'tool',
      content: [{ type: 'tool_result', toolCallId: 'call_1', toolName: 'weather', output, isError: false }],
    },
  ];
}

function textIn(events: readonly ModelEvent[]): string {
  return events.map((event) => (event.type === 'text_delta' ? event.text : '')).join('');
}
