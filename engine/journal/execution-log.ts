import { liveOnly, terminalEvents, type EngineEvent, type NewEvent } from '../core/event.ts';
import { failpoint } from '../core/failpoint.ts';
import { isObject, type Json } from '../core/json.ts';
import { asProblem, Problem } from '../core/problem.ts';
import type { Clock } from '../ports/clock.ts';
import type { ExecutionLog, LogStart, WithEvent } from '../ports/log.ts';
import type { Outcome, Store } from '../ports/store.ts';
import type { FanOut } from './fan-out.ts';
import { withoutNamed } from './named-secrets.ts';
import type { Redactor } from './redact.ts';

/** How long a stored event may wait for others before it is written, in milliseconds. Each write costs a sync of the disk. */
const patienceMs = 4;

/** Opens a log that writes to the store and gives it out to who follows. */
export function openLog(
  executionId: string,
  { from = 0, notBefore = 0, execution }: LogStart,
  fanOut: FanOut,
  {
    store,
    clock,
    redact,
    tap,
    withEvent,
    report,
  }: {
    readonly store: Store;
    readonly clock: Clock;
    readonly redact?: Redactor;
    readonly tap?: (event: EngineEvent) => void;
    readonly withEvent?: WithEvent;
    readonly report: (problem: Problem) => void;
  },
): ExecutionLog {
  let index = from;
  let committed = from;
  let time = notBefore;
  let waiting: EngineEvent[] = [];
  /** Writes that belong into one commit with the events waiting. */
  let along: Joined[] = [];
  let writing: Promise<void> | undefined;
  let failure: { readonly thrown: unknown } | undefined;
  let terminal: EngineEvent | undefined;
  let ending: Outcome | undefined;
  /** Writes that belong into one commit with the terminal event; empty once they are in the store. */
  let endWrites: readonly (() => Promise<unknown>)[] = [];
  let closed = false;
  let dropped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const stamp = (event: NewEvent, place: number): EngineEvent => {
    time = Math.max(time, clock.now());
    const data = redact === undefined ? event.data : hide(event, redact);
    return {
      v: 1,
      id: place === 0 ? '' : `${executionId}#${place}`,
      index: place,
      timestamp: new Date(time).toISOString(),
      executionId,
      ...event,
      data,
    } as EngineEvent;
  };

  const deliver = (event: EngineEvent): void => {
    if (event.index > 0) committed = event.index;
    fanOut.deliver({ event, behind: committed });
  };

  /** What belongs to an event. */
  const writesWith = (event: EngineEvent): readonly Promise<unknown>[] => {
    if (withEvent === undefined || execution === undefined) return [];
    try {
      return withEvent(event, { execution, outcome: event === terminal ? ending : undefined });
    } catch (thrown) {
      // The event itself is asked for already, and what goes along with it never harms the work.
      report(asProblem(thrown));
      return [];
    }
  };

  const writeWaiting = async (): Promise<void> => {
    const batch = waiting;
    const joined = along;
    waiting = [];
    along = [];
    const stored = batch.filter((event) => event.index > 0);
    const isLast = terminal !== undefined && (committed >= terminal.index || stored.includes(terminal));
    const atEnd = isLast ? endWrites : [];
    try {
      await failpoint('event.append');
      // Asked for in one turn of the event loop, which makes them one commit.
      const appended = stored.length > 0 ? store.events.append(stored) : undefined;
      const others = [...joined.map(({ start }) => start()), ...atEnd.map((start) => start())];
      await Promise.all([appended, ...others, ...stored.flatMap(writesWith)]);
      failure = undefined;
      if (atEnd.length > 0) endWrites = [];
    } catch (thrown) {
      failure = { thrown };
      // Indexes are given out already, so these must be the next to be written. Deltas are stale by then.
      if (!dropped) waiting = [...stored, ...waiting.filter((event) => event.index > 0)];
    }
    if (failure === undefined) batch.forEach(deliver);
    writing = undefined;
    if (along.length > 0 || (failure === undefined && waiting.length > 0)) void write();
  };

  /** A write that is committed with the next batch of events. */
  const join = <T>(start: () => Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      along.push({
        start() {
          const started = start();
          started.then(resolve, reject);
          return started;
        },
        giveUp: reject,
      });
    });

  /** Starts the next write, not in this turn, so that what is emitted in it goes along. */
  const write = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    return (writing ??= Promise.resolve().then(writeWaiting));
  };

  const emit = (event: NewEvent): EngineEvent => {
    if (terminal !== undefined || closed) return stamp(event, 0);
    if (liveOnly.includes(event.type)) {
      const live = stamp(event, 0);
      tell(tap, live);
      if (waiting.length === 0 && writing === undefined) deliver(live);
      else waiting.push(live);
      return live;
    }
    index += 1;
    const stored = stamp(event, index);
    tell(tap, stored);
    if (terminalEvents.includes(event.type)) terminal = stored;
    waiting.push(stored);
    timer ??= setTimeout(() => void write(), patienceMs);
    return stored;
  };

  const flush = async (): Promise<void> => {
    const until = index;
    while (committed < until || endWrites.length > 0) {
      await write();
      if (failure !== undefined) throw failure.thrown;
      if (dropped) throw notAdmitted();
    }
  };

  return {
    executionId,
    emit,
    flush,
    async checkpoint(key, value, { isUrgent = true } = {}) {
      if (dropped) throw notAdmitted();
      const committed = join(() => store.checkpoints.put(executionId, key, value));
      if (isUrgent) void write();
      else timer ??= setTimeout(() => void write(), patienceMs);
      await committed;
    },
    async end(event, outcome, writes = []) {
      ending = outcome;
      const last = terminal ?? emit(event);
      if (outcome !== undefined && last.index > committed)
        endWrites = [() => store.executions.finish(executionId, outcome), ...writes];
      await flush();
      closed = true;
      fanOut.leave();
      return last;
    },
    drop() {
      dropped = true;
      closed = true;
      clearTimeout(timer);
      waiting = [];
      for (const { giveUp } of along.splice(0)) giveUp(notAdmitted());
      endWrites = [];
      index = committed;
      fanOut.leave();
    },
    async close() {
      closed = true;
      try {
        await flush();
      } finally {
        fanOut.leave();
      }
    },
  };
}

/** A write that waits for the next commit. */
interface Joined {
  start(): Promise<unknown>;
  giveUp(reason: Problem): void;
}

function notAdmitted(): Problem {
  return new Problem('store_unavailable', 'what this would be recorded of was not admitted');
}

function tell(tap: ((event: EngineEvent) => void) | undefined, event: EngineEvent): void {
  try {
    tap?.(event);
  } catch {
    // Who looks on never harms the work.
  }
}

/** The data of an event without secrets; what is only told in it also without what is secret by its name. */
function hide({ type, data }: NewEvent, redact: Redactor): Json {
  const shown = redact.json(data as unknown as Json);
  if (type === 'log' || type === 'tool_start' || type === 'turn_retry') return withoutNamed(shown);
  if (!isObject(shown) || shown['error'] === undefined) return shown;
  const error = withoutNamed(shown['error']);
  return error === shown['error'] ? shown : { ...shown, error };
}
