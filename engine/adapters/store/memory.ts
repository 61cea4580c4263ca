import type { EngineEvent } from '../../core/event.ts';
import type { Json } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import { isTerminal } from '../../core/status.ts';
import type { Execution, ExecutionFilter, Outcome, Signal, Store } from '../../ports/store.ts';
import { checkNamespace } from './document-key.ts';
import { listLimit } from './list-limit.ts';

/** A document as it is kept. */
interface Kept {
  readonly text: string;
  /** When it was set, in milliseconds since 1970. */
  readonly at: number;
}

/** A store that lives and dies with the process: for tests, demos and `store: memory`. Values go in and out as copies. */
export function openMemoryStore(): Store {
  /** By namespace and key. */
  const documents = new Map<string, Map<string, Kept>>();
  const executions = new Map<string, string>();
  const events = new Map<string, string[]>();
  const checkpoints = new Map<string, Map<string, string>>();
  const signals = new Map<string, { readonly executionId: string; readonly text: string }>();
  const keys = new Map<string, string>();
  let arrivals = 0;
  let closed = false;

  /** Every act is one synchronous turn, so that acts in parallel cannot mix. */
  const act = async <T>(work: () => T): Promise<T> => {
    if (closed) throw new Problem('store_unavailable', 'the store is closed');
    return work();
  };
  const read = (id: string): Execution | undefined => {
    const text = executions.get(id);
    return text === undefined ? undefined : (JSON.parse(text) as Execution);
  };
  const withKey = ({
    kind,
    name,
    idempotencyKey,
  }: Pick<Execution, 'kind' | 'name'> & { readonly idempotencyKey?: string }): Execution | undefined => {
    const id =
      idempotencyKey === undefined ? undefined : keys.get(JSON.stringify([kind, name, idempotencyKey]));
    return id === undefined ? undefined : read(id);
  };
  const change = (id: string, changed: (execution: Execution) => Execution): boolean => {
    const execution = read(id);
    if (execution === undefined || isTerminal(execution.state)) return false;
    executions.set(id, JSON.stringify(changed(execution)));
    return true;
  };
  const hasEnded = (id: string): boolean => {
    const execution = read(id);
    return execution !== undefined && isTerminal(execution.state);
  };
  const record = (executionId: string, key: string, value: Json): void => {
    const of = checkpoints.get(executionId) ?? new Map<string, string>();
    checkpoints.set(executionId, of);
    if (!of.has(key)) of.set(key, JSON.stringify(value));
  };
  const inside = (namespace: string): Map<string, Kept> => {
    checkNamespace(namespace);
    const found = documents.get(namespace) ?? new Map<string, Kept>();
    documents.set(namespace, found);
    return found;
  };
  const document = (namespace: string, key: string): Json | undefined => {
    const found = inside(namespace).get(key);
    return found === undefined ? undefined : (JSON.parse(found.text) as Json);
  };

  return {
    durable: false,
    documents: {
      get: (namespace, key) => act(() => document(namespace, key)),
      getMany: (namespace, keys) => act(() => keys.map((key) => document(namespace, key))),
      set: (namespace, key, value) =>
        act(() => void inside(namespace).set(key, { text: JSON.stringify(value), at: Date.now() })),
      delete: (namespace, key) => act(() => void inside(namespace).delete(key)),
      keys: (namespace, { prefix = '', after, descending = false, limit }) =>
        act(() =>
          [...inside(namespace)]
            .filter(([key]) => key.startsWith(prefix))
            .filter(([key]) => after === undefined || (descending ? key < after : key > after))
            .map(([key, { at }]) => ({ key, at }))
            .sort((one, other) => (one.key < other.key !== descending ? -1 : 1))
            .slice(0, limit),
        ),
    },
    executions: {
      insert: (execution, records = []) =>
        act(() => {
          if (executions.has(execution.id) || withKey(execution) !== undefined) return false;
          executions.set(execution.id, JSON.stringify(execution));
          const { kind, name, idempotencyKey } = execution;
          if (idempotencyKey !== undefined)
            keys.set(JSON.stringify([kind, name, idempotencyKey]), execution.id);
          for (const [key, value] of records) record(execution.id, key, value);
          return true;
        }),
      start: (id, startedAt, attempts) =>
        act(() => void change(id, (execution) => started(execution, startedAt, attempts))),
      mark: (id, state) => act(() => void change(id, (execution) => ({ ...execution, state }))),
      cancel: (id, reason) =>
        act(() => change(id, (execution) => ({ ...execution, cancel: execution.cancel ?? reason }))),
      finish: (id, outcome: Outcome) => act(() => change(id, (execution) => ({ ...execution, ...outcome }))),
      get: (id) => act(() => read(id)),
      byIdempotencyKey: (kind, name, idempotencyKey) => act(() => withKey({ kind, name, idempotencyKey })),
      list: (filter) => act(() => listed([...executions], filter)),
      ended: (before, { after, limit }) =>
        act(() => {
          const all = [...executions.values()].map((text) => JSON.parse(text) as Execution);
          const start = all.findIndex(({ id }) => id === after) + 1;
          return all
            .slice(start)
            .filter(({ endedAt }) => endedAt !== undefined && endedAt < before)
            .slice(0, limit);
        }),
      remove: (id) =>
        act(() => {
          if (!hasEnded(id)) return false;
          const { kind, name, idempotencyKey } = read(id) ?? {};
          if (idempotencyKey !== undefined) keys.delete(JSON.stringify([kind, name, idempotencyKey]));
          events.delete(id);
          checkpoints.delete(id);
          for (const [key, { executionId }] of signals) if (executionId === id) signals.delete(key);
          return executions.delete(id);
        }),
      forgetKeys: (endedBefore) =>
        act(() => {
          for (const [key, id] of keys) {
            const execution = read(id);
            if ((execution?.endedAt ?? Infinity) >= endedBefore) continue;
            keys.delete(key);
            executions.set(id, JSON.stringify({ ...execution, idempotencyKey: undefined }));
          }
        }),
      specs: () =>
        act(() => {
          const all = [...executions.values()].map((text) => JSON.parse(text) as Execution);
          const used = all.flatMap(({ state, specs }) =>
            specs === undefined || state === 'succeeded' ? [] : [specs],
          );
          return [...new Set(used)];
        }),
    },
    events: {
      append: (added) => act(() => append(events, added)),
      read: (executionId, { after, limit }) =>
        act(() =>
          (events.get(executionId) ?? [])
            .slice(Math.max(after, 0))
            .filter((text) => text !== undefined)
            .slice(0, limit)
            .map((text) => JSON.parse(text) as EngineEvent),
        ),
      last: (executionId) => act(() => events.get(executionId)?.length ?? 0),
      remove: (executionId) => act(() => hasEnded(executionId) && events.delete(executionId)),
    },
    signals: {
      put: (executionId, { topic, idempotencyKey, payload, at }) =>
        act(() => {
          const execution = read(executionId);
          if (execution === undefined || isTerminal(execution.state)) return false;
          const key = JSON.stringify([executionId, topic, idempotencyKey]);
          if (signals.has(key)) return false;
          const signal = { seq: (arrivals += 1), topic, payload, at };
          signals.set(key, { executionId, text: JSON.stringify(signal) });
          return true;
        }),
      all: (executionId) =>
        act(() =>
          [...signals.values()]
            .filter((signal) => signal.executionId === executionId)
            .map(({ text }) => JSON.parse(text) as Signal),
        ),
    },
    checkpoints: {
      put: (executionId, key, value) => act(() => record(executionId, key, value)),
      all: (executionId) =>
        act(
          () =>
            new Map(
              [...(checkpoints.get(executionId) ?? [])].map(([key, text]) => [key, JSON.parse(text) as Json]),
            ),
        ),
    },
    vacuum: () => act(() => undefined),
    close: async () => {
      closed = true;
    },
  };
}

function started(execution: Execution, startedAt: number, attempts: number): Execution {
  return {
    ...execution,
    state: 'running',
    attempts,
    startedAt: execution.startedAt ?? startedAt,
  };
}

/** Of executions by their ids, in the order of admission. */
function listed(all: readonly (readonly [id: string, text: string])[], filter: ExecutionFilter): Execution[] {
  const end = filter.before === undefined ? all.length : all.findIndex(([id]) => id === filter.before);
  const most = listLimit(filter);
  const found: Execution[] = [];
  for (const [, text] of all.slice(0, Math.max(0, end)).reverse()) {
    if (found.length === most) break;
    const execution = JSON.parse(text) as Execution;
    if (fits(execution, filter)) found.push(filter.brief === true ? withoutTexts(execution) : execution);
  }
  return found;
}

function fits(execution: Execution, filter: ExecutionFilter): boolean {
  return (
    (filter.kind === undefined || execution.kind === filter.kind) &&
    (filter.name === undefined || execution.name === filter.name) &&
    (filter.states === undefined || filter.states.includes(execution.state)) &&
    (filter.owner === undefined || filter.owner === execution.owner) &&
    (filter.under === undefined || `${execution.key}.`.startsWith(`${filter.under}.`)) &&
    (filter.since === undefined || execution.createdAt >= filter.since)
  );
}

function withoutTexts({ output: _output, error: _error, ...execution }: Execution): Execution {
  return { ...execution, input: null };
}

/** All of them or none. */
function append(events: Map<string, string[]>, added: readonly EngineEvent[]): void {
  const seen = new Set<string>();
  for (const { executionId, index, id } of added) {
    if (events.get(executionId)?.[index - 1] !== undefined || seen.has(id)) {
      throw new Problem('store_unavailable', `event "${id}" is stored already`, { retryable: false });
    }
    seen.add(id);
  }
  for (const event of added) {
    const of = events.get(event.executionId) ?? [];
    events.set(event.executionId, of);
    of[event.index - 1] = JSON.stringify(event);
  }
}
