import { liveOnly, terminalEvents, type EngineEvent, type NewEvent } from '../core/event.ts';
import { failpoint } from '../core/failpoint.ts';
import { isObject, type Json } from '../core/json.ts';
import { asProblem, Problem } from '../core/problem.ts';
import type { Clock } from '../ports/clock.ts';
import type { ExecutionLog, LogStart, WithEvent } from '../ports/log.ts';
import type { Execution, Outcome, Store } from '../ports/store.ts';
import type { FanOut } from './fan-out.ts';
import { withoutNamed } from './named-secrets.ts';
import type { Redactor } from './redact.ts';

/** How long a stored event may wait for others before it is written, in milliseconds. Each write costs a sync of the disk. */
const patienceMs = 4;

/** What a log works with. */
interface LogParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly redact?: Redactor;
  readonly tap?: (event: EngineEvent) => void;
  readonly withEvent?: WithEvent;
  readonly report: (problem: Problem) => void;
}

/** Opens a log that writes to the store and gives it out to who follows. */
export function openLog(executionId: string, start: LogStart, fanOut: FanOut, parts: LogParts): ExecutionLog {
  return new Log(executionId, start, fanOut, parts);
}

/** One log. There is one for each execution that waits, so it holds no more than it must: no function of its own. */
class Log implements ExecutionLog {
  readonly executionId: string;
  readonly #execution: Execution | undefined;
  readonly #fanOut: FanOut;
  readonly #parts: LogParts;
  #index: number;
  #committed: number;
  #time: number;
  #waiting: EngineEvent[] = [];
  /** Writes that belong into one commit with the events waiting. */
  #along: Joined[] = [];
  #writing: Promise<void> | undefined;
  #failure: { readonly thrown: unknown } | undefined;
  #terminal: EngineEvent | undefined;
  #ending: Outcome | undefined;
  /** Writes that belong into one commit with the terminal event; empty once they are in the store. */
  #endWrites: readonly (() => Promise<unknown>)[] = [];
  #closed = false;
  #dropped = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    executionId: string,
    { from = 0, notBefore = 0, execution }: LogStart,
    fanOut: FanOut,
    parts: LogParts,
  ) {
    this.executionId = executionId;
    this.#execution = execution;
    this.#fanOut = fanOut;
    this.#parts = parts;
    this.#index = from;
    this.#committed = from;
    this.#time = notBefore;
  }

  emit(event: NewEvent): EngineEvent {
    if (this.#terminal !== undefined || this.#closed) return this.#stamp(event, 0);
    if (liveOnly.includes(event.type)) {
      const live = this.#stamp(event, 0);
      tell(this.#parts.tap, live);
      if (this.#waiting.length === 0 && this.#writing === undefined) this.#deliver(live);
      else this.#waiting.push(live);
      return live;
    }
    this.#index += 1;
    const stored = this.#stamp(event, this.#index);
    tell(this.#parts.tap, stored);
    if (terminalEvents.includes(event.type)) this.#terminal = stored;
    this.#waiting.push(stored);
    this.#writeSoon();
    return stored;
  }

  async checkpoint(
    key: string,
    value: Json,
    { isUrgent = true }: { readonly isUrgent?: boolean } = {},
  ): Promise<void> {
    if (this.#dropped) throw notAdmitted();
    const committed = this.#join(() => this.#parts.store.checkpoints.put(this.executionId, key, value));
    if (isUrgent) void this.#write();
    else this.#writeSoon();
    await committed;
  }

  async flush(): Promise<void> {
    const until = this.#index;
    while (this.#committed < until || this.#endWrites.length > 0) {
      await this.#write();
      if (this.#failure !== undefined) throw this.#failure.thrown;
      if (this.#dropped) throw notAdmitted();
    }
  }

  async end(
    event: NewEvent,
    outcome?: Outcome,
    writes: readonly (() => Promise<unknown>)[] = [],
  ): Promise<EngineEvent> {
    this.#ending = outcome;
    const last = this.#terminal ?? this.emit(event);
    if (outcome !== undefined && last.index > this.#committed)
      this.#endWrites = [() => this.#parts.store.executions.finish(this.executionId, outcome), ...writes];
    await this.flush();
    this.#closed = true;
    this.#fanOut.leave();
    return last;
  }

  drop(): void {
    this.#dropped = true;
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#waiting = [];
    for (const { giveUp } of this.#along.splice(0)) giveUp(notAdmitted());
    this.#endWrites = [];
    this.#index = this.#committed;
    this.#fanOut.leave();
  }

  async close(): Promise<void> {
    this.#closed = true;
    try {
      await this.flush();
    } finally {
      this.#fanOut.leave();
    }
  }

  #stamp(event: NewEvent, place: number): EngineEvent {
    const { clock, redact } = this.#parts;
    this.#time = Math.max(this.#time, clock.now());
    const data = redact === undefined ? event.data : hide(event, redact);
    return {
      v: 1,
      id: place === 0 ? '' : `${this.executionId}#${place}`,
      index: place,
      timestamp: new Date(this.#time).toISOString(),
      executionId: this.executionId,
      ...event,
      data,
    } as EngineEvent;
  }

  #deliver(event: EngineEvent): void {
    if (event.index > 0) this.#committed = event.index;
    this.#fanOut.deliver({ event, behind: this.#committed });
  }

  /** What belongs to an event. */
  #writesWith(event: EngineEvent): readonly Promise<unknown>[] {
    const { withEvent, report } = this.#parts;
    if (withEvent === undefined || this.#execution === undefined) return [];
    const outcome = event === this.#terminal ? this.#ending : undefined;
    try {
      return withEvent(event, { execution: this.#execution, outcome });
    } catch (thrown) {
      // The event itself is asked for already, and what goes along with it never harms the work.
      report(asProblem(thrown));
      return [];
    }
  }

  /** A write that is committed with the next batch of events. */
  #join<T>(start: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#along.push({
        start() {
          const started = start();
          started.then(resolve, reject);
          return started;
        },
        giveUp: reject,
      });
    });
  }

  #writeSoon(): void {
    this.#timer ??= setTimeout(() => void this.#write(), patienceMs);
  }

  /** Starts the next write, not in this turn, so that what is emitted in it goes along. */
  #write(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return (this.#writing ??= Promise.resolve().then(() => this.#writeWaiting()));
  }

  async #writeWaiting(): Promise<void> {
    const batch = this.#waiting;
    const joined = this.#along;
    this.#waiting = [];
    this.#along = [];
    const stored = batch.filter((event) => event.index > 0);
    const last = this.#terminal;
    const isLast = last !== undefined && (this.#committed >= last.index || stored.includes(last));
    const atEnd = isLast ? this.#endWrites : [];
    try {
      await failpoint('event.append');
      // Asked for in one turn of the event loop, which makes them one commit.
      const writes: Promise<unknown>[] = [];
      if (stored.length > 0) writes.push(this.#parts.store.events.append(stored));
      for (const { start } of joined) writes.push(start());
      for (const start of atEnd) writes.push(start());
      for (const event of stored) writes.push(...this.#writesWith(event));
      await Promise.all(writes);
      this.#failure = undefined;
      if (atEnd.length > 0) this.#endWrites = [];
    } catch (thrown) {
      this.#failure = { thrown };
      // Indexes are given out already, so these must be the next to be written. Deltas are stale by then.
      if (!this.#dropped) this.#waiting = [...stored, ...this.#waiting.filter((event) => event.index > 0)];
    }
    if (this.#failure === undefined) for (const event of batch) this.#deliver(event);
    this.#writing = undefined;
    if (this.#along.length > 0 || (this.#failure === undefined && this.#waiting.length > 0))
      void this.#write();
  }
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
