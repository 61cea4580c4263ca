import assert from 'node:assert/strict';
import type { Json } from '../core/json.ts';
import { textOf, type Message } from '../core/message.ts';
import { Problem } from '../core/problem.ts';
import type { ModelEvent, ModelRequest, Models } from '../ports/model.ts';
import type { ModelChoice } from '../program/model.ts';

/** What a model of the suite answers to one call. */
export type ModelAnswer =
  | { readonly text: string }
  | { readonly calls: readonly { readonly tool: string; readonly input: Json }[] }
  /** Fails for good, for now, or because the model declines. */
  | { readonly fails: 'model_failed' | 'model_unavailable' | 'model_refused' }
  /** Answers nothing until the call is given up. */
  | { readonly silent: true };

/** Models to be tested. */
export interface OpenedModels {
  readonly models: Models;
  readonly model: ModelChoice;
  close(): Promise<void>;
}

/** How the suite gets the models under test. */
export interface ModelsSubject {
  /**
   * Models that give these answers: the n-th, from 1, to a call whose last user message is `answer <n>`. An answer that fails for now
   * does so however often it is asked again.
   */
  open(answers: readonly ModelAnswer[]): Promise<OpenedModels>;
}

/** One promise of the models port, for any test runner. */
export interface ModelsCase {
  readonly title: string;
  run(subject: ModelsSubject): Promise<void>;
}

/**
 * The contract every models port passes.
 *
 * @example for (const { title, run } of modelsContract) it(title, () => run({ open }))
 */
export const modelsContract: readonly ModelsCase[] = [
  over(
    'a text comes in deltas, then once as a whole message with its usage',
    [{ text: 'Good morning to you all' }],
    async (call) => {
      const { events, finish } = await call(1);
      assert.equal(deltas(events), 'Good morning to you all');
      assert.equal(events.at(-1), finish);
      assert.equal(events.filter(({ type }) => type === 'finish').length, 1);
      assert.equal(finish.finish, 'stop');
      assert.equal(textOf(finish.message), 'Good morning to you all');
      const { inputTokens, outputTokens, totalTokens } = finish.usage;
      assert.ok(inputTokens > 0 && outputTokens > 0);
      assert.equal(totalTokens, inputTokens + outputTokens);
    },
  ),
  over(
    'tools are asked for in order, each under an id of its own, and none is run',
    [
      {
        calls: [
          { tool: 'look', input: { at: 1 } },
          { tool: 'touch', input: {} },
        ],
      },
    ],
    async (call) => {
      const { events, finish } = await call(1);
      const asked = events.flatMap((event) => (event.type === 'tool_call' ? [event.call] : []));
      const inMessage = finish.message.content.filter((part) => part.type === 'tool_call');
      assert.deepEqual(
        asked.map(({ toolName, input }) => [toolName, input]),
        [
          ['look', { at: 1 }],
          ['touch', {}],
        ],
      );
      assert.deepEqual(inMessage, asked);
      assert.equal(new Set(asked.map(({ toolCallId }) => toolCallId)).size, 2);
      assert.equal(finish.finish, 'tool_calls');
    },
  ),
  over(
    'its own message and the results of tools can be sent back',
    [{ calls: [{ tool: 'look', input: { at: 1 } }] }, { text: 'Seen.' }],
    async (call) => {
      const { finish } = await call(1);
      const results = finish.message.content.flatMap((part) =>
        part.type === 'tool_call'
          ? [{ type: 'tool_result' as const, ...pick(part), output: { seen: true }, isError: false }]
          : [],
      );
      const next = await call(2, { messages: [user(1), finish.message, { role: 'tool', content: results }] });
      assert.equal(textOf(next.finish.message), 'Seen.');
    },
  ),
  over(
    'calls side by side do not mix',
    [{ text: 'one and only one' }, { text: 'two and only two' }],
    async (call) => {
      const both = await Promise.all([call(1), call(2)]);
      for (const { events, finish } of both) assert.equal(deltas(events), textOf(finish.message));
      assert.deepEqual(both.map(({ finish }) => textOf(finish.message)).sort(), [
        'one and only one',
        'two and only two',
      ]);
    },
  ),
  ...(['model_failed', 'model_unavailable', 'model_refused'] as const).map((code) =>
    over(`a call that ends with ${code} throws it and gives no message`, [{ fails: code }], async (call) => {
      const seen: ModelEvent[] = [];
      await throwsCode(code, () => call(1, {}, seen));
      assert.ok(!seen.some(({ type }) => type === 'finish'));
    }),
  ),
  over('a signal that is aborted before ends the call', [{ text: 'Too late' }], async (call) => {
    const signal = AbortSignal.abort(new Error('enough'));
    await throwsCode('aborted', () => call(1, { signal }));
  }),
  over('the signal ends a call that says nothing', [{ silent: true }], async (call) => {
    const stop = new AbortController();
    const over = throwsCode('aborted', () => call(1, { signal: stop.signal }));
    setImmediate(() => stop.abort(new Error('enough')));
    await over;
  }),
  {
    title: 'a call that is left early holds nobody',
    async run(subject) {
      const opened = await subject.open([{ text: 'one two three four five six' }, { text: 'Next.' }]);
      try {
        for await (const event of opened.models.stream(request(opened, 1))) {
          if (event.type === 'text_delta') break;
        }
        const { finish } = await collect(opened, request(opened, 2));
        assert.equal(textOf(finish.message), 'Next.');
      } finally {
        await opened.close();
      }
    },
  },
];

type Finish = Extract<ModelEvent, { type: 'finish' }>;
type Collected = { readonly events: readonly ModelEvent[]; readonly finish: Finish };
type Call = (answer: number, changes?: Partial<ModelRequest>, seen?: ModelEvent[]) => Promise<Collected>;

/** A case over models with the given answers, which are closed after it. */
function over(
  title: string,
  answers: readonly ModelAnswer[],
  body: (call: Call) => Promise<void>,
): ModelsCase {
  return {
    title,
    async run(subject) {
      const opened = await subject.open(answers);
      try {
        await body((answer, changes, seen) => collect(opened, request(opened, answer, changes), seen));
      } finally {
        await opened.close();
      }
    },
  };
}

function request({ model }: OpenedModels, answer: number, changes: Partial<ModelRequest> = {}): ModelRequest {
  const tools = ['look', 'touch'].map((name) => ({
    name,
    description: name,
    inputSchema: { type: 'object', properties: { at: { type: 'number' } } },
  }));
  return {
    model,
    system: 'Be kind.',
    tools,
    settings: {},
    origin: { agent: 'suite', turn: 1 },
    signal: new AbortController().signal,
    ...changes,
    messages: [...(changes.messages ?? []), user(answer)],
  };
}

function user(answer: number): Message {
  return { role: 'user', content: [{ type: 'text', text: `answer ${answer}` }] };
}

async function collect(
  { models }: OpenedModels,
  asked: ModelRequest,
  seen: ModelEvent[] = [],
): Promise<Collected> {
  for await (const event of models.stream(asked)) seen.push(event);
  const finish = seen.findLast((event) => event.type === 'finish');
  assert.ok(finish, 'the call ended without a message');
  return { events: seen, finish };
}

function deltas(events: readonly ModelEvent[]): string {
  return events.map((event) => (event.type === 'text_delta' ? event.text : '')).join('');
}

function pick({ toolCallId, toolName }: { readonly toolCallId: string; readonly toolName: string }): {
  readonly toolCallId: string;
  readonly toolName: string;
} {
  return { toolCallId, toolName };
}

async function throwsCode(code: string, work: () => Promise<unknown>): Promise<void> {
  await assert.rejects(work, (thrown) => thrown instanceof Problem && thrown.code === code);
}
