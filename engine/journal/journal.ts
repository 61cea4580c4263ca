import type { EngineEvent, EventType } from '../core/event.ts';
import type { Problem } from '../core/problem.ts';
import type { Clock } from '../ports/clock.ts';
import type { Observer } from '../ports/observer.ts';
import type { Store } from '../ports/store.ts';
import { createFanOuts } from './fan-out.ts';
import type { ExecutionLog, LogStart, WithEvent } from '../ports/log.ts';
import { openLog } from './execution-log.ts';
import { withoutNamed } from './named-secrets.ts';
import type { Redactor } from './redact.ts';
import { subscribe, type SubscribeOptions } from './subscribe.ts';

/** What a journal works with. */
export interface JournalOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly observers?: readonly Observer[];
  /** Receives every event at the moment it is emitted, before it is stored; what it throws is swallowed. Default none. */
  readonly tap?: (event: EngineEvent) => void;
  /** What is stored together with events of executions; default nothing. */
  readonly withEvent?: WithEvent;
  /** Applied to the data of every event before it is stored or sent; default none. */
  readonly redact?: Redactor;
  /** Receives internal failures; default a Node warning, which goes to stderr. */
  readonly report?: (problem: Problem) => void;
  /** Events kept for one slow subscriber before it goes back to reading the store; default 10000. */
  readonly buffer?: number;
  /** Milliseconds between looks at the store for events that another process writes; default never. */
  readonly pollMs?: number;
}

/** Which stored events to read. */
export interface ReadOptions {
  /** Only events with a higher index; default 0. */
  readonly after?: number;
  /** At most this many; default 1000. */
  readonly limit?: number;
  /** Only these types; default all. */
  readonly types?: readonly EventType[];
}

/** What happened, execution by execution: written once, read from any place, followed live. */
export interface Journal {
  /**
   * The log of an execution, to add events to. While it is open, opening it again gives the same log. `from` is the highest
   * index stored already (default 0), `notBefore` the time of that event in milliseconds since 1970.
   */
  open(executionId: string, start?: LogStart): ExecutionLog;
  /** Opens a log behind what the store holds of the execution: index and time go on from there. */
  resume(executionId: string): Promise<ExecutionLog>;
  /**
   * Stored events after an index, then live ones, up to the terminal event: no gap, no duplicate, deltas only while they are
   * news. Ends also when the execution is over or unknown and nothing writes it, and when the signal aborts.
   * Rejects with the store's Problem, and with `shutting_down` after `close`.
   */
  subscribe(executionId: string, options?: SubscribeOptions): AsyncIterable<EngineEvent>;
  /** Stored events in order. */
  read(executionId: string, options?: ReadOptions): Promise<readonly EngineEvent[]>;
  /** Tells the operator about an internal failure, its cause included. Never throws. */
  report(problem: Problem): void;
  /** Ends all subscriptions. Logs stay usable. */
  close(): void;
}

/**
 * The journal over a store. Whatever observers throw or reject with is swallowed.
 *
 * Stored events reach subscribers and observers when they are committed, not when they are emitted, so that an id which a client
 * has seen survives every crash. Deltas go out at once, but never before an earlier stored event of their execution.
 */
export function createJournal(options: JournalOptions): Journal {
  const { store } = options;
  const fanOuts = createFanOuts(options.observers ?? []);
  const report = (problem: Problem): void => {
    try {
      if (options.report === undefined) warn(problem, options.redact);
      else options.report(problem);
    } catch {
      // Reporting is the last resort; there is nobody left to tell.
    }
  };
  const parts = { ...options, report };
  const open = (executionId: string, start: LogStart = {}): ExecutionLog =>
    fanOuts.logOf(executionId, (fanOut) => openLog(executionId, start, fanOut, parts));

  return {
    open,
    async resume(executionId) {
      const from = await store.events.last(executionId);
      const [last] = from === 0 ? [] : await store.events.read(executionId, { after: from - 1, limit: 1 });
      return open(executionId, { from, notBefore: last === undefined ? 0 : Date.parse(last.timestamp) });
    },
    subscribe: (executionId, subscription = {}) =>
      subscribe(executionId, subscription, { ...options, fanOuts }),
    read: (executionId, { after = 0, limit = 1000, types } = {}) =>
      types === undefined
        ? store.events.read(executionId, { after, limit })
        : readTypes(store, executionId, { after, limit, types }),
    report,
    close: fanOuts.close,
  };
}

async function readTypes(
  store: Store,
  executionId: string,
  { after, limit, types }: Required<ReadOptions>,
): Promise<readonly EngineEvent[]> {
  const found: EngineEvent[] = [];
  const pageSize = 500;
  for (let cursor = after; found.length < limit;) {
    const page = await store.events.read(executionId, { after: cursor, limit: pageSize });
    found.push(...page.filter(({ type }) => types.includes(type)));
    if (page.length < pageSize) break;
    cursor = page.at(-1)?.index ?? cursor;
  }
  return found.slice(0, limit);
}

function warn(problem: Problem, redact: Redactor | undefined): void {
  const cause = problem.cause instanceof Error ? (problem.cause.stack ?? problem.cause.message) : '';
  const text = `${problem.code}: ${problem.message}${cause === '' ? '' : `\n${cause}`}`;
  process.emitWarning(String(withoutNamed(redact?.text(text) ?? text)), 'EngineWarning');
}
