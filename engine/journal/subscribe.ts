import { terminalEvents, type EngineEvent } from '../core/event.ts';
import { Problem } from '../core/problem.ts';
import { isTerminal } from '../core/status.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import type { FanOuts } from './fan-out.ts';
import { createInbox, type Inbox } from './inbox.ts';
import { roughSize } from './rough-size.ts';

/** From where, and until when. */
export interface SubscribeOptions {
  /** Only events with a higher index; default 0. */
  readonly after?: number;
  /** Ends the subscription, quietly. */
  readonly signal?: AbortSignal;
}

/** What a subscription works with. */
export interface SubscriptionPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly fanOuts: FanOuts;
  readonly buffer?: number;
  readonly pollMs?: number;
}

/** Bytes of events that wait for one subscriber in memory; behind that it reads the store. */
const maxBytes = 512 * 1024;

/** Bytes of stored events that a subscriber reads at once, as far as the events before them tell. */
const pageBytes = 256 * 1024;

/** The events of an execution as promised by `Journal.subscribe`. Nothing is held before the first event is asked for. */
export function subscribe(
  executionId: string,
  options: SubscribeOptions,
  ports: SubscriptionPorts,
): AsyncIterable<EngineEvent> {
  return {
    [Symbol.asyncIterator]() {
      const inbox = createInbox({ events: ports.buffer ?? 10_000, bytes: maxBytes });
      const stop = new AbortController();
      const events = follow(executionId, options, ports, inbox, stop);
      return {
        next: () => events.next(),
        // A generator's own `return` would wait for the event that is awaited just now.
        return: () => {
          stop.abort();
          inbox.wake();
          return events.return(undefined);
        },
      };
    },
  };
}

async function* follow(
  executionId: string,
  { after = 0, signal }: SubscribeOptions,
  ports: SubscriptionPorts,
  inbox: Inbox,
  stop: AbortController,
): AsyncGenerator<EngineEvent, undefined> {
  const { store, fanOuts } = ports;
  const onAbort = (): void => {
    stop.abort();
    inbox.wake();
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted === true) onAbort();
  // Listen before reading, so that nothing can fall between.
  const unfollow = fanOuts.follow(executionId, inbox);
  let cursor = after;
  let over = false;
  try {
    while (!stop.signal.aborted) {
      if (inbox.takeMissed() || over) {
        for await (const event of replay(store, executionId, cursor)) {
          cursor = event.index;
          yield event;
          if (isLast(event) || stop.signal.aborted) return;
        }
        if (over) return;
        // Once more from the top: while we read, the inbox may have dropped what came after.
        continue;
      }
      const delivery = inbox.take();
      if (delivery !== undefined) {
        const { event, behind } = delivery;
        const isNews = event.index === 0 ? behind === cursor : event.index > cursor;
        if (isNews) {
          if (event.index > 0) cursor = event.index;
          yield event;
        }
        if (isLast(event)) return;
        continue;
      }
      if (fanOuts.closed) throw new Problem('shutting_down', 'the engine is shutting down');
      if (!fanOuts.isWritten(executionId) && (await isOver(store, executionId))) {
        // It may have ended while we asked; one more look at the store shows all there will ever be.
        over = !fanOuts.isWritten(executionId);
        continue;
      }
      await news(inbox, ports);
    }
  } finally {
    unfollow();
    signal?.removeEventListener('abort', onAbort);
  }
}

async function* replay(store: Store, executionId: string, after: number): AsyncGenerator<EngineEvent> {
  let limit = 4;
  for (let cursor = after; ;) {
    const page = await store.events.read(executionId, { after: cursor, limit });
    yield* page;
    if (page.length < limit) return;
    cursor = page.at(-1)?.index ?? cursor;
    limit = Math.min(500, Math.max(1, Math.floor((pageBytes * page.length) / roughSize(page))));
  }
}

function isLast(event: EngineEvent): boolean {
  return terminalEvents.includes(event.type);
}

async function isOver(store: Store, executionId: string): Promise<boolean> {
  const execution = await store.executions.get(executionId);
  return execution === undefined || isTerminal(execution.state);
}

/** Waits for something to do: an event, a wake, or the time to look at the store again. */
async function news(inbox: Inbox, { clock, pollMs }: SubscriptionPorts): Promise<void> {
  if (pollMs === undefined) return inbox.next();
  const timer = new AbortController();
  clock.sleep(pollMs, timer.signal).then(inbox.miss, () => undefined);
  await inbox.next();
  timer.abort();
}
