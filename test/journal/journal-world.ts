import { openMemoryStore } from '../../engine/adapters/store/memory.ts';
import type { EngineEvent, NewEvent } from '../../engine/core/event.ts';
import { noUsage } from '../../engine/core/message.ts';
import { createJournal, type Journal, type JournalOptions } from '../../engine/journal/index.ts';
import type { Clock } from '../../engine/ports/clock.ts';
import type { Execution, Store } from '../../engine/ports/store.ts';

export interface World {
  readonly store: Store;
  readonly journal: Journal;
  readonly clock: Clock & { time: number };
  /** Batches given to the store, as lists of indexes. */
  readonly appends: number[][];
  /** From now on appends wait until `open` is called. */
  hold(): { open(): void };
  /** From now on appends reject with this, or work again. */
  fail(error: Error | undefined): void;
}

/** A journal over a memory store whose appends can be held back or made to fail, and a clock that stands still. */
export function world(options: Partial<JournalOptions> = {}): World {
  const inner = openMemoryStore();
  const appends: number[][] = [];
  let gate: Promise<void> = Promise.resolve();
  let failure: Error | undefined;
  const store: Store = {
    ...inner,
    events: {
      ...inner.events,
      async append(events) {
        appends.push(events.map(({ index }) => index));
        await gate;
        if (failure !== undefined) throw failure;
        await inner.events.append(events);
      },
    },
  };
  const clock = {
    time: Date.parse('2026-01-01T00:00:00.000Z'),
    now: () => clock.time,
    elapsed: () => clock.time,
    ulid: () => 'ulid',
    sleep: (_ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        setImmediate(resolve);
        signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      }),
  };
  return {
    store,
    clock,
    appends,
    journal: createJournal({ store, clock, ...options }),
    hold() {
      let open = (): void => undefined;
      gate = new Promise((resolve) => (open = resolve));
      return { open: () => open() };
    },
    fail(error) {
      failure = error;
    },
  };
}

export function run(id: string, state: Execution['state'] = 'running'): Execution {
  return {
    id,
    kind: 'run',
    name: 'flow',
    key: '',
    state,
    input: {},
    hash: 'hash',
    attempts: 1,
    createdAt: 1,
  };
}

export function log(message: string): NewEvent {
  return { type: 'log', runId: 'e', data: { level: 'info', message } };
}

export function delta(text: string): NewEvent {
  return { type: 'text_delta', data: { text } };
}

export const ended: NewEvent = { type: 'run_end', data: { state: 'succeeded', output: 1, usage: noUsage } };

/** An event in short: its index, or the text of a delta. */
export function brief(event: EngineEvent): number | string {
  return event.type === 'text_delta' ? event.data.text : event.index;
}

export async function collect(events: AsyncIterable<EngineEvent>): Promise<(number | string)[]> {
  const all: (number | string)[] = [];
  for await (const event of events) all.push(brief(event));
  return all;
}

/** Lets everything that can run now run. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}
