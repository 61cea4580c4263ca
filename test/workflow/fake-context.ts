import type { NewEvent } from '../../engine/core/event.ts';
import { isObject, type Json, type JsonSchema } from '../../engine/core/json.ts';
import { noUsage } from '../../engine/core/message.ts';
import { Problem } from '../../engine/core/problem.ts';
import { compileSchema } from '../../engine/expr/index.ts';
import type { Activities, ActivityCall, PromptOutcome } from '../../engine/ports/activities.ts';
import type { Received, RunContext, StepPast } from '../../engine/ports/durable.ts';
import { virtualTime, type VirtualTime } from './virtual-time.ts';

/** One call of an activity: who asked, and for what. */
export interface Call {
  readonly activity: Exclude<keyof Activities, 'check'>;
  readonly call: ActivityCall;
  readonly request: Record<string, unknown>;
}

/** What the world answers; anything thrown is the activity's failure. */
export type Reply = (call: Call, time: VirtualTime) => Json | Promise<Json>;

/** A signal on its way to the run. */
export interface FakeSignal {
  readonly topic: string;
  readonly payload: Json;
  /** Virtual time of its coming. */
  readonly at: number;
}

export interface FakeOptions {
  /** Records of an earlier run, which the run adds to. */
  readonly checkpoints?: Map<string, Json>;
  /** Default: each activity gives its step path. */
  readonly reply?: Reply;
  readonly signal?: AbortSignal;
  /** What is stored of the steps before. */
  readonly past?: RunContext['past'];
  /** The process dies when this many records are committed: nothing of the run happens after. */
  readonly crashAfter?: number;
  readonly time?: VirtualTime;
  /** What is sent to the run, and when. */
  readonly signals?: readonly FakeSignal[];
  /** What comes by itself to every wait for a topic, and how long after it began. */
  readonly answer?: (topic: string) => { readonly payload: Json; readonly after: number };
  /** Tokens of each model operation; default 10. */
  readonly tokens?: number;
  readonly costUsd?: number;
  readonly unpricedCalls?: number;
}

export interface Fake {
  readonly context: RunContext;
  readonly events: NewEvent[];
  readonly calls: Call[];
  readonly checkpoints: Map<string, Json>;
  /** How many of the events were emitted before the last record was committed, so that they are stored with it. */
  stored(): number;
  readonly time: VirtualTime;
  /** Resolves when the process dies. */
  readonly crashed: Promise<'crashed'>;
  /** Activities that have begun and not settled. */
  working(): number;
}

/** A run's surroundings in memory, on virtual time. */
export function fakeContext(options: FakeOptions = {}): Fake {
  const time = options.time ?? virtualTime();
  const checkpoints = options.checkpoints ?? new Map<string, Json>();
  const events: NewEvent[] = [];
  const calls: Call[] = [];
  const never = new Promise<never>(() => undefined);
  let commits = 0;
  let stored = 0;
  let dead = false;
  let working = 0;
  let die: (how: 'crashed') => void;
  const crashed = new Promise<'crashed'>((resolve) => (die = resolve));

  async function act(call: Call): Promise<Json> {
    if (dead) return never;
    calls.push(call);
    working += 1;
    try {
      return await (options.reply ?? (() => call.call.stepPath))(call, time);
    } finally {
      working -= 1;
    }
  }

  async function ask(call: Call): Promise<PromptOutcome> {
    const output = await act(call);
    const totalTokens = options.tokens ?? 10;
    const cost = {
      ...(options.costUsd === undefined ? {} : { costUsd: options.costUsd }),
      ...(options.unpricedCalls === undefined ? {} : { unpricedCalls: options.unpricedCalls }),
    };
    const usage = { ...noUsage, inputTokens: totalTokens, totalTokens, ...cost };
    return { text: String(output), output, usage, modelCalls: 1 };
  }

  const activities: Activities = {
    prompt: (call, request) => ask({ activity: 'prompt', call, request: { ...request } }),
    agent: (call, request) => ask({ activity: 'agent', call, request: { ...request } }),
    skill: (call, request) => ask({ activity: 'skill', call, request: { ...request } }),
    task: (call, request) => ask({ activity: 'task', call, request: { ...request } }),
    code: (call, request) => act({ activity: 'code', call, request: { ...request } }),
    tool: (call, request) => act({ activity: 'tool', call, request: { ...request } }),
    async dispatch(call, request) {
      const { agent, instance, session } = request;
      await act({ activity: 'dispatch', call, request: { ...request } });
      return { submissionId: 'sub_1', agent, instance, session, acceptedAt: context.admittedAt };
    },
    async workflow(call, request) {
      const output = await act({ activity: 'workflow', call, request: { ...request } });
      return { output, usage: { ...noUsage, totalTokens: 5 }, modelCalls: 2 };
    },
    async shell(call, request) {
      const output = await act({ activity: 'shell', call, request: { ...request } });
      return { stdout: String(output), stderr: '', exitCode: 0 };
    },
    async http(call, request) {
      return {
        status: 200,
        headers: {},
        body: await act({ activity: 'http', call, request: { ...request } }),
      };
    },
    check: (schema: JsonSchema, value) => compileSchema(schema).check(value),
  };

  const received = (signal: FakeSignal): boolean =>
    [...checkpoints.values()].some(
      (value) => isObject(value) && 'seq' in value && value['seq'] === options.signals?.indexOf(signal),
    );

  const context: RunContext = {
    id: 'workflow:test:1',
    admittedAt: '2030-01-01T00:00:00.000Z',
    signal: options.signal ?? new AbortController().signal,
    activities,
    past: options.past ?? new Map(),
    async step(key, work) {
      if (dead) return never;
      const recorded = checkpoints.get(key);
      if (recorded !== undefined) return structuredClone(recorded);
      const value = await work();
      if (dead) return never;
      if (checkpoints.has(key)) throw new Error(`"${key}" is recorded twice`);
      checkpoints.set(key, structuredClone(value));
      stored = events.length;
      commits += 1;
      if (commits === options.crashAfter) {
        dead = true;
        die('crashed');
        return never;
      }
      return value;
    },
    recorded: (key) => structuredClone(checkpoints.get(key)),
    async pause(key, ms, signal) {
      const until = Number(await context.step(key, async () => time.now())) + ms;
      if (until > time.now()) await context.sleep(until - time.now(), signal);
    },
    async receive(key, topic, { timeoutMs = Infinity, signal, fits = () => true } = {}) {
      const began = Number(await context.step(`${key}?`, async () => time.now()));
      const coming = (options.signals ?? []).find(
        (one) => one.topic === topic && !received(one) && fits(one.payload),
      );
      const answer = options.answer?.(topic);
      const dueAt =
        coming !== undefined
          ? Math.max(coming.at, time.now())
          : answer === undefined
            ? Infinity
            : began + answer.after;
      const until = began + timeoutMs;
      if (checkpoints.get(key) === undefined) {
        const wakeAt = Math.min(dueAt, until);
        if (wakeAt === Infinity) return new Promise(() => undefined);
        if (wakeAt > time.now()) await context.sleep(wakeAt - time.now(), signal);
      }
      const value = await context.step(key, async () => {
        const payload = coming?.payload ?? answer?.payload;
        if (payload === undefined || dueAt > until) return null;
        const seq = coming === undefined ? -1 : (options.signals?.indexOf(coming) ?? -1);
        return { seq, payload, at: '2030-01-01T00:00:00.000Z' };
      });
      return (value ?? undefined) as Received | undefined;
    },
    wait: (work) => work(),
    waitFor: (work) => work(() => undefined),
    age: () => time.now(),
    spent: () => undefined,
    withOutcome: () => undefined,
    sleep: (ms, signal) => (dead ? never : time.sleep(ms, signal)),
    elapsed: () => time.now(),
    committed: () => Promise.resolve(),
    emit: (event) => {
      if (!dead) events.push(event);
    },
    deadline(ms, parent) {
      const controller = new AbortController();
      const relay = (): void => controller.abort(parent.reason);
      if (parent.aborted) relay();
      else parent.addEventListener('abort', relay, { once: true });
      const stop = time.at(ms, () => controller.abort(new Problem('timeout', `took longer than ${ms} ms`)));
      return {
        signal: controller.signal,
        cancel: () => {
          stop();
          parent.removeEventListener('abort', relay);
        },
      };
    },
  };
  return { context, events, calls, checkpoints, stored: () => stored, time, crashed, working: () => working };
}

/** What stored events say of the steps of a run. */
export function pastOf(events: readonly NewEvent[]): RunContext['past'] {
  const past = new Map<string, StepPast>();
  for (const event of events) {
    const path = event.stepPath ?? '';
    const starts = (past.get(path)?.starts ?? 0) + 1;
    if (event.type === 'step_start') past.set(path, { state: 'started', starts });
    if (event.type === 'step_end') past.set(path, { state: event.data.status, starts: 0 });
  }
  return past;
}

/** Events as short lines: `+ lines (foreach)`, `- lines succeeded`, `! lines: message`. */
export function trace(events: readonly NewEvent[]): string[] {
  return events.map((event) => {
    if (event.type === 'step_start') return `+ ${event.stepPath} (${event.data.verb})`;
    if (event.type === 'step_end') return `- ${event.stepPath} ${event.data.status}`;
    return event.type === 'log' ? `! ${event.stepPath}: ${event.data.message}` : event.type;
  });
}
