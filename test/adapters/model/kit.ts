import type { Json, JsonObject } from '../../../engine/core/json.ts';
import type { Message } from '../../../engine/core/message.ts';
import { Problem } from '../../../engine/core/problem.ts';
import { createModels, type ModelSources } from '../../../engine/adapters/model/models.ts';
import type { Clock } from '../../../engine/ports/clock.ts';
import type { ModelEvent, ModelRequest, Models } from '../../../engine/ports/model.ts';
import type { Secrets } from '../../../engine/ports/secrets.ts';
import type { Expression, Template, Value } from '../../../engine/expr/index.ts';
import type { Provider } from '../../../engine/program/model.ts';

/** A clock whose short sleeps pass at once and are remembered; long ones last until `pass` or the signal. */
export interface StepClock extends Clock {
  readonly slept: readonly number[];
  /** Ends every long sleep as if its time had gone by. */
  pass(): void;
}

export function createStepClock(): StepClock {
  const slept: number[] = [];
  const long = new Set<() => void>();
  let now = 0;
  return {
    slept,
    now: () => now,
    elapsed: () => now,
    ulid: () => '01J00000000000000000000000',
    sleep(ms, signal) {
      if (signal?.aborted) return Promise.reject(signal.reason as Error);
      if (ms < 60_000) {
        slept.push(ms);
        return Promise.resolve();
      }
      return new Promise((resolve, reject) => {
        long.add(() => {
          now += ms;
          resolve();
        });
        signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      });
    },
    pass() {
      for (const end of long) end();
      long.clear();
    },
  };
}

export function secretsOf(values: Readonly<Record<string, string | undefined>>): Secrets {
  return {
    get(name) {
      if (!Object.hasOwn(values, name)) throw new Problem('missing_secret', `no secret "${name}"`);
      return values[name];
    },
    values: () => Object.values(values).filter((value) => value !== undefined),
  };
}

export function modelsOf(sources: Partial<ModelSources>): Models {
  return createModels({
    providers: {},
    scripts: {},
    secrets: secretsOf({}),
    env: {},
    processEnv: {},
    clock: createStepClock(),
    ...sources,
  });
}

export function providerOf(fields: Partial<Provider> & Pick<Provider, 'type'>): Provider {
  return { name: 'local', baseUrl: undefined, headers: {}, apiKey: undefined, options: {}, ...fields };
}

export function requestOf(fields: Partial<ModelRequest> & { readonly ref?: string }): ModelRequest {
  const { ref = 'local/fake', ...rest } = fields;
  const slash = ref.indexOf('/');
  return {
    model: { provider: ref.slice(0, slash), id: ref.slice(slash + 1), settings: {} },
    system: '',
    messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
    tools: [],
    settings: {},
    origin: { agent: 'triage', turn: 1 },
    signal: new AbortController().signal,
    ...rest,
  };
}

export function userMessage(text: string): Message {
  return { role: 'user', content: [{ type: 'text', text }] };
}

export async function collect(models: Models, request: ModelRequest): Promise<ModelEvent[]> {
  const events: ModelEvent[] = [];
  for await (const event of models.stream(request)) events.push(event);
  return events;
}

/** The problem a call ends with, in its stored form, and the events before it. */
export async function failure(
  models: Models,
  request: ModelRequest,
): Promise<{
  readonly code: string;
  readonly message: string;
  readonly details: Json | undefined;
  readonly events: ModelEvent[];
}> {
  const events: ModelEvent[] = [];
  try {
    for await (const event of models.stream(request)) events.push(event);
  } catch (thrown) {
    if (!(thrown instanceof Problem)) throw thrown;
    return { code: thrown.code, message: thrown.message, details: thrown.details, events };
  }
  throw new Error('the call did not fail');
}

/** A value whose leaves are computed by a function of the scope. */
export function valueOf(evaluate: (scope: Readonly<Record<string, unknown>>) => Json): Value {
  return { source: null, constant: false, evaluate };
}

export function templateOf(render: (scope: Readonly<Record<string, unknown>>) => string): Template {
  return { source: '', render };
}

export function expressionOf(evaluate: (scope: Readonly<Record<string, unknown>>) => Json): Expression {
  return { source: '', reads: [], evaluate };
}

export const weatherTool: {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: JsonObject;
} = {
  name: 'weather',
  description: 'The weather of a city',
  inputSchema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};
