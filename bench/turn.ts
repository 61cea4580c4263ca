import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LanguageModelV3StreamPart, LanguageModelV3StreamResult } from '@ai-sdk/provider';
import { streamText } from 'ai';
import { MockLanguageModelV3, convertArrayToReadableStream } from 'ai/test';
import { createSystemClock } from '../engine/adapters/clock/system.ts';
import { turnLoop } from '../engine/adapters/harness/loop.ts';
import { createModels } from '../engine/adapters/model/models.ts';
import { streamModel } from '../engine/adapters/model/stream-model.ts';
import { openSqliteStore } from '../engine/adapters/store/sqlite.ts';
import type { Engine } from '../engine/api.ts';
import { noUsage, type Message } from '../engine/core/message.ts';
import { createEngine } from '../engine/engine.ts';
import type { HarnessContext, HarnessTask } from '../engine/ports/harness.ts';
import type { Models } from '../engine/ports/model.ts';
import type { Provider } from '../engine/program/model.ts';

/*
 * What one turn of text costs when the model answers at once. The floor is the AI SDK alone (`streamText`); every other row runs
 * in the same process, its samples taken in turns with the floor's. A second table compares long histories with short ones.
 * `npx tsx bench/turn.ts [samples]`.
 */

/** One row of the table: does one turn. */
interface Subject {
  readonly name: string;
  turn(): Promise<unknown>;
  close?(): Promise<void>;
}

/** Rows for whole engine turns, in memory and durable: a session's prompt on the floor's model. */
async function benchEngine(): Promise<readonly Subject[]> {
  return [
    await engineTurn('engine, in memory', 'memory'),
    await engineTurn('engine, durable (fsync)', 'sqlite'),
  ];
}

async function engineTurn(name: string, kind: 'memory' | 'sqlite'): Promise<Subject> {
  const { engine, close } = await startEngine(kind, instantModels());
  let turns = 0;
  return {
    name,
    // A new instance now and then, so that the length of the history is the same all along.
    turn: () => engine.agents.session('bench', `i${Math.floor((turns += 1) / 20)}`).prompt('Hello'),
    close,
  };
}

/** What a turn costs in a long history: rows for sessions around so many turns, the model's own work left out. */
async function benchHistory(): Promise<readonly Subject[]> {
  const { engine, close } = await startEngine('sqlite', constantModels());
  const sessions = 8;
  const around = async (turns: number): Promise<Subject> => {
    const of = (at: number) => engine.agents.session('bench', `h${turns}`, `s${at % sessions}`);
    let next = 0;
    const fill = Array.from({ length: sessions }, async (_, at) => {
      for (let turn = 0; turn < turns - historySamples / sessions / 2; turn += 1)
        await of(at).prompt('Hello');
    });
    await Promise.all(fill);
    return { name: `durable turn at ${turns} turns`, turn: () => of((next += 1)).prompt('Hello'), close };
  };
  return [await around(50), await around(500)];
}

const historySamples = 320;

async function startEngine(
  kind: 'memory' | 'sqlite',
  models: Models,
): Promise<{ readonly engine: Engine; close(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  mkdirSync(join(folder, 'src/agents'), { recursive: true });
  writeFileSync(
    join(folder, 'src/agents/bench.md'),
    `---\ndescription: Answers.\nmodel: openai/instant\n---\n\n${system}\n`,
  );
  const store = kind === 'memory' ? 'memory' : await openSqliteStore({ path: join(folder, 'engine.sqlite') });
  const engine = await createEngine({ project: folder, store, env: {}, ports: { models } });
  return {
    engine,
    async close() {
      await engine.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Models whose cost does not depend on what they are asked. */
function constantModels(): Models {
  return {
    async *stream() {
      await Promise.resolve();
      const content = [{ type: 'text', text: 'Good morning to you.' }] as const;
      yield { type: 'text_delta', text: content[0].text };
      yield { type: 'finish', finish: 'stop', usage: noUsage, message: { role: 'assistant', content } };
    },
  };
}

/** The floor. */
function aiSdkAlone(): Subject {
  const model = instantModel();
  return {
    name: 'ai SDK alone (streamText)',
    async turn() {
      let text = '';
      for await (const part of streamText({ model, system, messages: [{ role: 'user', content: 'Hello' }] })
        .textStream) {
        text += part;
      }
      return text;
    },
  };
}

function providerCall(): Subject {
  const models = instantModels();
  return {
    name: 'models only (provider)',
    async turn() {
      for await (const event of models.stream({ ...task, messages, origin: { agent: 'bench', turn: 1 } }))
        void event;
    },
  };
}

function turnLoopOver(kind: 'provider' | 'script'): Subject {
  const models = kind === 'provider' ? instantModels() : scriptedModels();
  const model = kind === 'provider' ? task.model : { ...task.model, provider: 'script' };
  const context: HarnessContext = {
    models,
    emit: () => undefined,
    newTurnId: () => 'turn',
    append: () => Promise.resolve(),
    callTool: () => Promise.reject(new Error('no tool is asked for')),
    nextTurn: () => Promise.resolve(messages),
    isDone: () => false,
    makeRoom: () => Promise.resolve(false),
  };
  return { name: `models and turn loop (${kind})`, turn: () => turnLoop.run({ ...task, model }, context) };
}

const messages: readonly Message[] = [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }];

const system = 'You are a helpful assistant.';

const task: HarnessTask = {
  model: { provider: 'bench', id: 'instant', settings: {} },
  system,
  tools: [],
  settings: {},
  maxTurns: 1,
  origin: { agent: 'bench' },
  signal: new AbortController().signal,
};

function instantModel(): MockLanguageModelV3 {
  const usage = {
    inputTokens: { total: 3, noCache: 3, cacheRead: undefined, cacheWrite: undefined },
    outputTokens: { total: 10, text: 10, reasoning: undefined },
  };
  const parts: LanguageModelV3StreamPart[] = [
    { type: 'stream-start', warnings: [] },
    { type: 'text-start', id: '1' },
    ...['Good ', 'morning ', 'to ', 'you.'].map((delta) => ({ type: 'text-delta', id: '1', delta }) as const),
    { type: 'text-end', id: '1' },
    { type: 'finish', finishReason: { unified: 'stop', raw: 'stop' }, usage },
  ];
  const model = new MockLanguageModelV3({
    doStream: (): Promise<LanguageModelV3StreamResult> => {
      // The mock keeps every call it gets.
      model.doStreamCalls.length = 0;
      return Promise.resolve({ stream: convertArrayToReadableStream(parts) });
    },
  });
  return model;
}

function instantModels(): Models {
  const model = instantModel();
  const provider: Provider = {
    name: 'bench',
    type: 'openai-compatible',
    baseUrl: undefined,
    headers: {},
    apiKey: undefined,
    options: {},
  };
  const context = { provider, clock: createSystemClock(), secrets: [] };
  return { stream: (request) => streamModel(model, request, context) };
}

function scriptedModels(): Models {
  const text = { source: '', render: () => 'Good morning to you.' };
  return createModels({
    providers: {},
    settings: { modelFacts: {} },
    scripts: { instant: { name: 'instant', rules: [{ match: {}, reply: { text, source: null } }] } },
    secrets: { get: () => undefined, values: () => [] },
    env: {},
    processEnv: {},
    clock: createSystemClock(),
  });
}

/** Milliseconds of each sample, sorted, by subject; the subjects take turns so that none has the machine to itself. */
async function measure(
  subjects: readonly Subject[],
  samples: number,
  warmUp = 300,
): Promise<Map<string, Float64Array>> {
  const times = new Map(subjects.map(({ name }) => [name, new Float64Array(samples)]));
  for (let warm = 0; warm < warmUp; warm += 1) for (const subject of subjects) await subject.turn();
  for (let index = 0; index < samples; index += 1) {
    for (const { name, turn } of subjects) {
      const start = performance.now();
      await turn();
      (times.get(name) as Float64Array)[index] = performance.now() - start;
    }
  }
  for (const values of times.values()) values.sort();
  return times;
}

function print(times: ReadonlyMap<string, Float64Array>): void {
  const rows = [...times].map(([name, sorted]) => ({ name, p50: at(sorted, 0.5), p95: at(sorted, 0.95) }));
  const floor = rows[0]?.p50 ?? Number.NaN;
  const line = (...[name, ...cells]: readonly string[]): string =>
    `${(name ?? '').padEnd(34)}${cells.map((cell) => cell.padStart(10)).join('')}`;
  process.stdout.write(
    [
      line('turn', 'p50 ms', 'p95 ms', '× floor', '+ ms'),
      ...rows.map(({ name, p50, p95 }) =>
        line(name, p50.toFixed(3), p95.toFixed(3), (p50 / floor).toFixed(2), (p50 - floor).toFixed(3)),
      ),
      '',
    ].join('\n'),
  );
}

function at(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

const samples = Number(process.argv[2] ?? 2000);
const subjects: readonly Subject[] = [
  aiSdkAlone(),
  providerCall(),
  turnLoopOver('provider'),
  turnLoopOver('script'),
  ...(await benchEngine()),
];
print(await measure(subjects, samples));
for (const subject of subjects) await subject.close?.();

const histories = await benchHistory();
print(await measure(histories, historySamples, 0));
for (const subject of histories) await subject.close?.();
