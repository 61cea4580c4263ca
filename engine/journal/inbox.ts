import type { EngineEvent } from '../core/event.ts';

/** A live event, with the index of the last stored event of its execution when it was sent (its own, when it is stored). */
export interface Delivery {
  readonly event: EngineEvent;
  readonly behind: number;
  /** About how many bytes the event holds. */
  readonly size: number;
}

/** What one subscriber may leave lying. */
export interface InboxLimits {
  readonly events: number;
  /** Of the events together; a single larger one is taken all the same. */
  readonly bytes: number;
}

/** Live events that one subscriber has not taken yet, bounded. */
export interface Inbox {
  put(delivery: Delivery): void;
  /** The oldest one, or undefined. */
  take(): Delivery | undefined;
  /** Says that the store has events which were not put. */
  miss(): void;
  /** Whether stored events were dropped or missed since the last call, so that the store must be read; true at the first call. */
  takeMissed(): boolean;
  /** Makes `next` resolve though nothing was put. */
  wake(): void;
  /** Resolves when something was put, or `wake` was called, since the last call. */
  next(): Promise<void>;
}

/**
 * An empty inbox. When it is full, live-only events are dropped first; when that makes no room, everything is dropped and the
 * subscriber has to read the store.
 */
export function createInbox(limits: InboxLimits): Inbox {
  let waiting: Delivery[] = [];
  let taken = 0;
  let bytes = 0;
  let missed = true;
  let woken = false;
  let resume: () => void = () => undefined;

  const wake = (): void => {
    woken = true;
    resume();
  };
  const isFullFor = ({ size }: Delivery): boolean => {
    const count = waiting.length - taken;
    return count >= limits.events || (count > 0 && bytes + size > limits.bytes);
  };
  const keep = (left: Delivery[]): void => {
    waiting = left;
    taken = 0;
    bytes = left.reduce((sum, { size }) => sum + size, 0);
  };
  const makeRoomFor = (delivery: Delivery): void => {
    keep(waiting.slice(taken).filter(({ event }) => event.index > 0));
    if (!isFullFor(delivery)) return;
    keep([]);
    missed = true;
  };

  return {
    put(delivery) {
      if (isFullFor(delivery)) {
        if (delivery.event.index === 0) return;
        makeRoomFor(delivery);
      }
      waiting.push(delivery);
      bytes += delivery.size;
      wake();
    },
    take() {
      const delivery = waiting[taken];
      if (delivery === undefined) return undefined;
      taken += 1;
      bytes -= delivery.size;
      // Cut off now and then: shifting every single one would cost the length of the queue each time.
      if (taken === waiting.length || taken >= 1024) {
        waiting = waiting.slice(taken);
        taken = 0;
      }
      return delivery;
    },
    miss() {
      missed = true;
      wake();
    },
    takeMissed() {
      const was = missed;
      missed = false;
      return was;
    },
    wake,
    async next() {
      if (!woken) await new Promise<void>((resolve) => (resume = resolve));
      woken = false;
    },
  };
}
