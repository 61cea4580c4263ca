import type { NewEvent } from '../../core/event.ts';
import { failpoint } from '../../core/failpoint.ts';
import { isObject, type Json } from '../../core/json.ts';
import type { Usage } from '../../core/message.ts';
import { Problem } from '../../core/problem.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ExecutionContext } from '../../ports/durable.ts';
import type { ExecutionLog } from '../../ports/log.ts';
import type { Execution } from '../../ports/store.ts';
import type { Before } from './before.ts';
import type { Call } from './entry.ts';
import { signalDeadline } from './deadline.ts';
import type { Inbox } from './inbox.ts';

/** What a context works with. */
export interface ContextParts {
  readonly execution: Execution;
  readonly before: Before;
  readonly log: ExecutionLog;
  readonly inbox: Inbox;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Settles with the admission. */
  readonly admitted: Promise<unknown>;
  /** Told what was spent so far. */
  onSpent(usage: Usage): void;
  /** Told why a record could not be stored, before the work hears of it. */
  onStoreFailure(thrown: unknown): void;
  /** Told of writes that belong to the outcome. */
  onOutcomeWrite(write: () => Promise<unknown>): void;
  /** Told when all there is to do is to wait, and when there is work again. */
  onWaiting(isWaiting: boolean): void;
  /** Told of a wait for another execution, before its id is known; `learnt` tells that it is. */
  onCall(call: Call): { learnt(): void; over(): void };
}

/** The context of one execution in this process. */
export function createContext(parts: ContextParts): ExecutionContext {
  const { execution, before, log, inbox, clock, signal } = parts;
  const records = new Map(before.records);
  let working = 0;
  let waits = 0;
  let isWaiting = false;

  const look = (): void => {
    const now = waits > 0 && working === 0;
    if (now === isWaiting) return;
    isWaiting = now;
    parts.onWaiting(now);
  };
  const record = async (key: string, value: Json): Promise<void> => {
    // What an abandoned attempt gives late is not the execution's any more.
    signal.throwIfAborted();
    try {
      await log.checkpoint(key, value);
    } catch (thrown) {
      parts.onStoreFailure(thrown);
      throw thrown;
    }
    records.set(key, value);
  };
  const step = async (key: string, work: () => Promise<Json>): Promise<Json> => {
    const recorded = records.get(key);
    if (recorded !== undefined) return recorded;
    working += 1;
    look();
    try {
      await failpoint('step.before_exec');
      // What is not recorded any more is not begun, and nothing is told of it.
      signal.throwIfAborted();
      const value = await work();
      await failpoint('step.after_exec');
      await record(key, value);
      await failpoint('step.after_commit');
      return value;
    } finally {
      working -= 1;
      look();
    }
  };
  /** Waits for time or a message, in a way that shows in the execution's state. */
  const wait = async <T>(
    work: () => Promise<T>,
    { inStep = false }: { readonly inStep?: boolean } = {},
  ): Promise<T> => {
    waits += 1;
    if (inStep) working -= 1;
    look();
    try {
      return await work();
    } finally {
      waits -= 1;
      if (inStep) working += 1;
      look();
    }
  };
  /** Tells how long a wait lasts still that began some time ago: never longer than `ms` from now, when the clock was or is set back. */
  const leftOf = (began: number, ms: number): (() => number) => {
    const most = clock.elapsed() + ms;
    return () => Math.min(began + ms - clock.now(), most - clock.elapsed());
  };
  /** When a wait began, the first time. */
  const since = async (key: string): Promise<number> => Number(await step(key, async () => clock.now()));

  return {
    id: execution.id,
    admittedAt: new Date(execution.createdAt).toISOString(),
    signal,
    past: before.past,
    step,
    recorded: (key) => records.get(key),
    async pause(key, ms, inner = signal) {
      const leftNow = leftOf(await since(key), ms);
      await failpoint('wait.sleep.before');
      await wait(async () => {
        for (let left = leftNow(); left > 0; left = leftNow()) await clock.sleep(left, inner);
      });
      await failpoint('wait.sleep.after');
    },
    async receive(key, topic, { timeoutMs, signal: inner = signal, isQuiet = false, fits } = {}) {
      const recorded = records.get(key);
      if (recorded !== undefined) return receivedOf(recorded);
      const began = await since(`${key}?`);
      await failpoint('wait.signal.before');
      const leftNow = timeoutMs === undefined ? () => Infinity : leftOf(began, timeoutMs);
      const shown: <T>(work: () => Promise<T>) => Promise<T> = isQuiet ? (work) => work() : wait;
      return shown(async () => {
        for (;;) {
          const unfit: string[] = [];
          const found = inbox.take(topic, ({ seq, payload }) => {
            const isPassed = records.has(`${key}?${seq}`);
            if (isPassed || (fits?.(payload) ?? true)) return !isPassed;
            unfit.push(`${key}?${seq}`);
            return false;
          });
          for (const passed of unfit) await record(passed, true);
          // Another one may have come while that was written.
          if (found === undefined && unfit.length > 0) continue;
          const left = leftNow();
          if (found !== undefined || left <= 0) {
            const value: Json =
              found === undefined ? null : { seq: found.seq, payload: found.payload, at: found.at };
            await record(key, value);
            await failpoint('wait.signal.after');
            return receivedOf(value);
          }
          await firstOf(inner, (either) => [
            inbox.next(either),
            ...(left === Infinity ? [] : [clock.sleep(left, either)]),
          ]);
        }
      });
    },
    wait,
    async waitFor(work) {
      const call: { id: string | undefined } = { id: undefined };
      const { learnt, over } = parts.onCall(call);
      try {
        return await wait(() =>
          work((id) => {
            call.id = id;
            learnt();
          }),
        );
      } finally {
        over();
      }
    },
    sleep: (ms, inner) => clock.sleep(ms, inner ?? signal),
    elapsed: () => clock.elapsed(),
    age: () => Math.max(0, clock.now() - execution.createdAt),
    spent: parts.onSpent,
    withOutcome: parts.onOutcomeWrite,
    async committed() {
      try {
        await parts.admitted;
        await log.flush();
      } catch (thrown) {
        parts.onStoreFailure(thrown);
        throw thrown;
      }
    },
    emit: (event: NewEvent) => void log.emit(event),
    deadline: (ms, parent) =>
      signalDeadline(
        clock,
        ms,
        parent,
        () => new Problem('timeout', `took longer than ${ms} ms`, { details: { timeoutMs: ms } }),
      ),
  };
}

/** Sequence numbers of the signals that records say were received. */
export function receivedSignals(records: ReadonlyMap<string, Json>): ReadonlySet<number> {
  const seqs = new Set<number>();
  for (const value of records.values())
    if (isObject(value) && typeof value['seq'] === 'number' && 'payload' in value) seqs.add(value['seq']);
  return seqs;
}

function receivedOf(value: Json): { readonly payload: Json; readonly at: string } | undefined {
  if (!isObject(value)) return undefined;
  return { payload: value['payload'] ?? null, at: new Date(Number(value['at'])).toISOString() };
}

/** Waits for the first of several waits and gives up the others. */
async function firstOf(
  parent: AbortSignal,
  waits: (signal: AbortSignal) => readonly Promise<void>[],
): Promise<void> {
  const controller = new AbortController();
  const follow = (): void => controller.abort(parent.reason);
  if (parent.aborted) follow();
  parent.addEventListener('abort', follow, { once: true });
  const all = waits(controller.signal);
  try {
    await Promise.race(all);
  } finally {
    parent.removeEventListener('abort', follow);
    controller.abort();
    await Promise.allSettled(all);
  }
}
