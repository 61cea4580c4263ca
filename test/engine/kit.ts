import type { Engine, EngineOptions } from '../../engine/api.ts';
import type { EngineEvent } from '../../engine/core/event.ts';
import type { Json } from '../../engine/core/json.ts';
import { noUsage, textOf, type Message } from '../../engine/core/message.ts';
import { Problem } from '../../engine/core/problem.ts';
import { createEngine } from '../../engine/engine.ts';
import type { ModelRequest, Models } from '../../engine/ports/model.ts';
import { programOf, type Files } from '../fakes/project.ts';

/** What a model of these tests says: text, a JSON value as text, or tool calls. */
export type Answer = string | { readonly json: Json } | { readonly calls: readonly Call[] };

/** A tool call a model asks for. */
export interface Call {
  readonly tool: string;
  readonly input?: Json;
}

/** Decides an answer; `turn` counts all model calls, from 1. */
export type Answering = (request: ModelRequest, turn: number) => Answer | Promise<Answer>;

/** Models that answer as a test says, and keep what they were asked. */
export interface FakeModels extends Models {
  readonly requests: ModelRequest[];
}

/** Models that take their answers from a function, or one after the other from a list. */
export function fakeModels(answering: Answering | readonly Answer[]): FakeModels {
  const requests: ModelRequest[] = [];
  const answer: Answering =
    typeof answering === 'function'
      ? answering
      : (_request, turn) => {
          const next = answering[turn - 1];
          if (next === undefined) throw new Problem('model_failed', 'the test has no more answers');
          return next;
        };
  return {
    requests,
    async *stream(request) {
      requests.push({ ...request, messages: [...request.messages] });
      const turn = requests.length;
      const given = await untilAborted(request.signal, Promise.resolve(answer(request, turn)));
      const content: Extract<Message, { role: 'assistant' }>['content'] =
        typeof given === 'object' && 'calls' in given
          ? given.calls.map(({ tool, input = {} }, index) => ({
              type: 'tool_call' as const,
              toolCallId: `call_${turn}_${index + 1}`,
              toolName: tool,
              input,
            }))
          : [{ type: 'text', text: typeof given === 'string' ? given : JSON.stringify(given.json) }];
      for (const part of content) if (part.type === 'text') yield { type: 'text_delta', text: part.text };
      yield {
        type: 'finish',
        finish: content[0]?.type === 'tool_call' ? 'tool_calls' : 'stop',
        usage: { ...noUsage, inputTokens: 10, outputTokens: 5, totalTokens: 15 },
        message: { role: 'assistant', content },
      };
    },
  };
}

function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(new Problem('aborted', 'the model call was aborted'));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

const open = new Set<Engine>();

/** An engine over a project in memory whose models answer as told; closed by `closeEngines`. */
export async function engineOf(
  files: Files | string,
  answering: Answering | readonly Answer[] = () => 'ok',
  options: EngineOptions = {},
): Promise<{ readonly engine: Engine; readonly models: FakeModels }> {
  const models = fakeModels(answering);
  const engine = await createEngine({
    program: await programOf(files),
    store: 'memory',
    env: {},
    ...options,
    ports: { models, ...options.ports },
  });
  open.add(engine);
  return { engine, models };
}

/** Closes every engine of `engineOf`; for `afterEach`. */
export async function closeEngines(): Promise<void> {
  const all = [...open];
  // One that does not close fails its own test, and no other.
  open.clear();
  for (const engine of all) await engine.close();
}

/** A promise and the function that settles it. */
export function gate<T = void>(): { readonly opened: Promise<T>; open(value: T): void } {
  let open: (value: T) => void = () => undefined;
  const opened = new Promise<T>((resolve) => (open = resolve));
  return { opened, open };
}

/** The Problem a promise rejects with, as data. */
export async function failureOf(work: Promise<unknown>): Promise<{ type: string; message: string }> {
  try {
    await work;
  } catch (thrown) {
    if (thrown instanceof Problem) return { type: thrown.code, message: thrown.message };
    throw thrown;
  }
  throw new Error('it did not fail');
}

/** Messages as lines `role: text`, tool calls as `tool(input)`, results as `= output`. */
export function linesOf(messages: readonly Message[]): string[] {
  return messages.map((message) => {
    const parts = message.content.map((part) => {
      if (part.type === 'tool_call') return `${part.toolName}(${JSON.stringify(part.input)})`;
      if (part.type === 'tool_result') return `${part.isError ? '! ' : '= '}${JSON.stringify(part.output)}`;
      return part.type === 'text' ? textOf({ role: 'user', content: [part] }) : part.type;
    });
    return `${message.role}: ${parts.join(' ')}`;
  });
}

/** Everything an iterable gives. */
export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** The first event of a type for which a condition holds. */
export async function first(
  events: AsyncIterable<EngineEvent>,
  wanted: (event: EngineEvent) => boolean,
): Promise<EngineEvent> {
  for await (const event of events) if (wanted(event)) return event;
  throw new Error('the events ended before');
}
