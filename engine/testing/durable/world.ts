import type { EngineEvent } from '../../core/event.ts';
import type { Json } from '../../core/json.ts';
import type { Durable, ExecutionContext, NewExecution, Worker } from '../../ports/durable.ts';
import type { Execution } from '../../ports/store.ts';

/** One engine of durable work over a store that outlives it. */
export interface DurableWorld {
  readonly durable: Durable;
  /** Stored events of an execution, in order. */
  events(id: string): Promise<readonly EngineEvent[]>;
  get(id: string): Promise<Execution | undefined>;
  /** What holds the store closes it, without waiting for work: what a crash leaves. */
  crash(): Promise<void>;
  /** Ends in order. */
  close(): Promise<void>;
}

/** Makes engines for the suite. */
export interface DurableContractOptions {
  /** An engine over a new, empty store. */
  open(): Promise<DurableWorld>;
  /** An engine over the store that was opened last. */
  reopen(): Promise<DurableWorld>;
}

/** What a run does. */
export type Work = (context: ExecutionContext, execution: Execution) => Promise<Json>;

/** Declares one test. */
export type Test = (title: string, body: (world: Worlds) => Promise<void>) => void;

/** Opens engines whose runs do some work; all of them are closed after the test. */
export interface Worlds {
  open(work: Work, more?: Partial<Worker>): Promise<DurableWorld>;
  reopen(work: Work, more?: Partial<Worker>): Promise<DurableWorld>;
}

/** Work that a crash leaves behind. */
export const never = new Promise<never>(() => undefined);

/** A run of the workflow `flow`. */
export function run(id: string, more: Partial<NewExecution> = {}): NewExecution {
  return { id, kind: 'run', name: 'flow', key: '', input: null, hash: 'h', ...more };
}

/** A promise that is opened by hand. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let openIt: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (openIt = resolve));
  return { opened, open: () => openIt() };
}

/** A few turns of the event loop. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Waits for a condition, turn by turn. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await turns(1);
}

/** Until an execution is stored as waiting. */
export function waiting(world: DurableWorld, id: string): Promise<void> {
  return until(async () => (await world.get(id))?.state === 'waiting');
}

/** Until what is in flight of so many records is on disk: writes are in order, so a further one is behind them. */
export async function settled(world: DurableWorld, id: string, records: number): Promise<void> {
  await turns(20 * records);
  await world.durable.signal(id, { topic: 'settled', payload: null, idempotencyKey: 'settled' });
}

/** Rejects when a signal aborts. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}
