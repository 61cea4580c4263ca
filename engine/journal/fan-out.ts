import type { EngineEvent } from '../core/event.ts';
import type { Observer } from '../ports/observer.ts';
import type { ExecutionLog } from '../ports/log.ts';
import type { Delivery, Inbox } from './inbox.ts';
import { roughSize } from './rough-size.ts';

/** Who writes and who follows one execution in this process. */
export interface FanOut {
  /** Gives an event to observers and followers, in the order of the calls. Never throws. */
  deliver(delivery: Omit<Delivery, 'size'>): void;
  /** The log writes no more; followers look for themselves whether the execution is over. */
  leave(): void;
}

/** All of a journal; there is one of an execution while somebody writes or follows. */
export interface FanOuts {
  /** The open log of an execution, made when there is none. */
  logOf(executionId: string, make: (fanOut: FanOut) => ExecutionLog): ExecutionLog;
  /** Whether a log is open. */
  isWritten(executionId: string): boolean;
  /** Events from now on go to the inbox; call the result to stop. */
  follow(executionId: string, inbox: Inbox): () => void;
  /** Stops all followers, those to come included. */
  close(): void;
  readonly closed: boolean;
}

/** Nobody writes or follows yet. */
export function createFanOuts(observers: readonly Observer[]): FanOuts {
  const logs = new Map<string, ExecutionLog>();
  const inboxes = new Map<string, Set<Inbox>>();
  let closed = false;

  const wake = (executionId: string): void => inboxes.get(executionId)?.forEach((inbox) => inbox.wake());

  return {
    logOf(executionId, make) {
      const open = logs.get(executionId);
      if (open !== undefined) return open;
      const log = make({
        deliver(sent) {
          for (const observer of observers) tell(observer, sent.event);
          const followers = inboxes.get(executionId);
          if (followers === undefined) return;
          const delivery = { ...sent, size: roughSize(sent.event) };
          for (const inbox of followers) inbox.put(delivery);
        },
        leave() {
          if (logs.get(executionId) === log) logs.delete(executionId);
          wake(executionId);
        },
      });
      logs.set(executionId, log);
      wake(executionId);
      return log;
    },
    isWritten: (executionId) => logs.has(executionId),
    follow(executionId, inbox) {
      const of = inboxes.get(executionId) ?? new Set();
      inboxes.set(executionId, of.add(inbox));
      return () => {
        of.delete(inbox);
        if (of.size === 0 && inboxes.get(executionId) === of) inboxes.delete(executionId);
      };
    },
    close() {
      closed = true;
      for (const executionId of inboxes.keys()) wake(executionId);
    },
    get closed() {
      return closed;
    },
  };
}

function tell(observer: Observer, event: EngineEvent): void {
  try {
    Promise.resolve(observer(event)).catch(() => undefined);
  } catch {
    // An observer never harms the work.
  }
}
