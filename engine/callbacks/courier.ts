import type { Sender } from '../adapters/tools/http-send.ts';
import { failpoint } from '../core/failpoint.ts';
import { asProblem, Problem } from '../core/problem.ts';
import type { SessionPorts } from '../session/index.ts';
import type { Callback } from '../program/callback.ts';
import { waitAfter } from '../program/wait-after.ts';
import { dueOf, readDeliveries, settle, strangers, type Due } from './deliveries.ts';
import type { Delivery } from './delivery.ts';
import { send, type Attempted } from './send.ts';

/** Most deliveries to one callback that are sent at a time; all others wait in the store. */
const atOnce = 4;

/** After so many failures in a row the receiver is taken to be away, and is tried with one delivery at a time. */
const failuresUntilAway = 4;

/** Longest time in milliseconds that a receiver which is away is not tried. */
const longestAwayMs = 30_000;

/** Milliseconds until deliveries go on when the store fails; longer each time that what became of one is written again. */
const storeRetryMs = 1_000;

/** Who carries deliveries from the store to their receivers, beside all other work. */
export interface Courier {
  /** Has deliveries to a callback looked for; never waits. */
  wake(callback: string): void;
  /** Whether a delivery is being sent at this moment. */
  isSending(delivery: Pick<Delivery, 'id' | 'callback'>): boolean;
  /** Takes up what waits, and gives up what waits for callbacks that the project has no more. Again after a reload. */
  start(): Promise<void>;
  /** Resolves when nothing is being sent and nothing is due. */
  idle(): Promise<void>;
  /** Cuts off what is being sent; it is sent again after the next start. */
  close(): Promise<void>;
}

/** What is going on for one callback. */
interface Lane {
  readonly sending: Set<string>;
  looking: Promise<void> | undefined;
  mustLook: boolean;
  /** Failures since the last success. */
  failures: number;
  /** Nothing is sent before, in milliseconds since 1970. */
  notBefore: number;
  timer: AbortController;
}

/** A courier that has nothing to do yet. What is due lies in the store, and no more than a few deliveries in memory. */
export function createCourier(
  ports: Pick<SessionPorts, 'store' | 'clock' | 'journal' | 'now'>,
  sender: Sender,
): Courier {
  const { store, clock, journal } = ports;
  const lanes = new Map<string, Lane>();
  const closing = new AbortController();
  const carrying = new Set<Promise<void>>();
  let resting: (() => void)[] = [];

  const courier: Courier = {
    wake(name) {
      if (closing.signal.aborted) return;
      const lane = laneOf(name);
      lane.mustLook = true;
      lane.looking ??= look(name, lane).finally(() => {
        lane.looking = undefined;
        // It may have been asked for while the last look came to its end.
        if (lane.mustLook) courier.wake(name);
        rest();
      });
    },
    isSending: ({ id, callback }) => lanes.get(callback)?.sending.has(id) ?? false,
    async start() {
      const known = ports.now().program.settings.callbacks;
      for (const name of await strangers(store, new Set(Object.keys(known)))) courier.wake(name);
      for (const name of Object.keys(known)) {
        const lane = laneOf(name);
        lane.notBefore = 0;
        lane.failures = 0;
        courier.wake(name);
      }
    },
    async idle() {
      const isBusy = ({ looking, sending }: Lane): boolean => looking !== undefined || sending.size > 0;
      while ([...lanes.values()].some(isBusy) && !closing.signal.aborted)
        await new Promise<void>((resolve) => resting.push(resolve));
    },
    async close() {
      closing.abort(new Problem('shutting_down', 'the engine is shutting down'));
      for (const { timer } of lanes.values()) timer.abort(closing.signal.reason);
      await Promise.all([...carrying, ...[...lanes.values()].map(({ looking }) => looking)]);
      rest();
    },
  };
  return courier;

  function laneOf(name: string): Lane {
    const lane = lanes.get(name) ?? {
      sending: new Set<string>(),
      looking: undefined,
      mustLook: false,
      failures: 0,
      notBefore: 0,
      timer: new AbortController(),
    };
    lanes.set(name, lane);
    return lane;
  }

  /** Begins to send what is due, and sees to it that what is due later is looked for then. Never throws. */
  async function look(name: string, lane: Lane): Promise<void> {
    while (lane.mustLook && !closing.signal.aborted) {
      lane.mustLook = false;
      lane.timer.abort(closing.signal.reason);
      try {
        await begin(name, lane);
      } catch (thrown) {
        journal.report(asProblem(thrown));
        lane.notBefore = clock.now() + storeRetryMs;
        lookAt(name, lane, lane.notBefore);
      }
    }
  }

  async function begin(name: string, lane: Lane): Promise<void> {
    const { callbacks } = ports.now().program.settings;
    const callback = Object.hasOwn(callbacks, name) ? callbacks[name] : undefined;
    if (callback === undefined) return giveUp(name, lane);
    const room = (lane.failures < failuresUntilAway ? atOnce : 1) - lane.sending.size;
    // What is being sent looks again when it comes back.
    if (room <= 0) return;
    if (clock.now() < lane.notBefore) return lookAt(name, lane, lane.notBefore);
    const waiting = await dueOf(store, name, { limit: room, except: lane.sending });
    const ready = waiting.filter(({ dueAt }) => dueAt <= clock.now()).slice(0, room);
    const found = await take(ready, lane);
    if (closing.signal.aborted) return;
    for (const delivery of found) carry(callback, delivery, lane);
    const next = waiting[ready.length];
    if (next !== undefined && next.dueAt > clock.now()) lookAt(name, lane, next.dueAt);
    else if (found.length < ready.length) lane.mustLook = true;
  }

  /** Reads deliveries, each told to be under way from now on, so that nobody else sends it meanwhile. */
  async function take(ready: readonly Due[], { sending }: Lane): Promise<readonly Delivery[]> {
    const left = new Set(ready.map(({ id }) => id));
    for (const id of left) sending.add(id);
    try {
      const found = await readDeliveries(store, ready);
      if (!closing.signal.aborted) for (const { id } of found) left.delete(id);
      return found;
    } finally {
      for (const id of left) sending.delete(id);
    }
  }

  function lookAt(name: string, lane: Lane, at: number): void {
    if (closing.signal.aborted) return;
    lane.timer = new AbortController();
    clock.sleep(Math.max(0, at - clock.now()), lane.timer.signal).then(
      () => courier.wake(name),
      () => undefined,
    );
  }

  /** Sends a delivery that was taken. */
  function carry(callback: Callback, delivery: Delivery, lane: Lane): void {
    const done = attempt(callback, delivery, lane).finally(() => {
      lane.sending.delete(delivery.id);
      carrying.delete(done);
      courier.wake(callback.name);
      rest();
    });
    carrying.add(done);
  }

  async function attempt(callback: Callback, delivery: Delivery, lane: Lane): Promise<void> {
    try {
      await failpoint('callback.before_send');
      const { signal } = closing;
      const attempted = await send(callback, delivery, { sender, clock, on: ports.now(), signal });
      await failpoint('callback.after_send');
      const waitMs = waitOf(callback, delivery, attempted);
      note(lane, attempted, waitAfter(callback.retry, delivery.tries + 1));
      const settled = await record(delivery, attempted, waitMs);
      if (settled.state === 'failed') tellFailed(settled);
    } catch (thrown) {
      if (closing.signal.aborted) return;
      journal.report(asProblem(thrown));
      lane.notBefore = clock.now() + storeRetryMs;
    }
  }

  /** Writes what became of an attempt, until the store takes it: what a receiver has taken is not sent again for that. */
  async function record(
    delivery: Delivery,
    { attempt }: Attempted,
    waitMs: number | undefined,
  ): Promise<Delivery> {
    for (let pauseMs = storeRetryMs; ; pauseMs = Math.min(2 * pauseMs, longestAwayMs))
      try {
        return await settle(store, delivery, attempt, { now: clock.now(), waitMs });
      } catch (thrown) {
        if (closing.signal.aborted) throw thrown;
        journal.report(asProblem(thrown));
        await clock.sleep(pauseMs, closing.signal);
      }
  }

  /** A receiver that is away is not asked by everything that waits for it. */
  function note(lane: Lane, { attempt: { status = 503 } }: Attempted, waitMs: number): void {
    lane.failures = status >= 500 || status === 429 ? lane.failures + 1 : 0;
    lane.notBefore = lane.failures < failuresUntilAway ? 0 : clock.now() + Math.min(waitMs, longestAwayMs);
  }

  /** Ends all that waits for a callback that there is no more. */
  async function giveUp(name: string, { sending }: Lane): Promise<void> {
    const problem = new Problem(
      'not_found',
      `the project has no callback "${name}" any more; once it has it again, redeliver this`,
    );
    for (let count = 0; ;) {
      const waiting = await dueOf(store, name, { limit: 100, except: sending });
      const deliveries = await readDeliveries(store, waiting);
      const now = clock.now();
      const attempt = { at: new Date(now).toISOString(), durationMs: 0, error: problem.toData() };
      await Promise.all(
        deliveries.map((one) => settle(store, one, attempt, { now, waitMs: undefined, isSent: false })),
      );
      count += deliveries.length;
      if (waiting.length > 0) continue;
      if (count > 0)
        journal.report(
          new Problem(
            'callback_failed',
            `what waited for a callback is given up (${count}): ${problem.message}`,
          ),
        );
      return;
    }
  }

  function tellFailed({ id, callback, attempts, log }: Delivery): void {
    const why = log.at(-1)?.error?.message ?? '';
    journal.report(
      new Problem(
        'callback_failed',
        `delivery "${id}" to callback "${callback}" is given up at attempt ${attempts}: ${why}`,
      ),
    );
  }

  function rest(): void {
    const all = resting;
    resting = [];
    for (const look of all) look();
  }
}

/** Milliseconds until the next attempt; undefined: it was taken, or there is none. */
function waitOf(
  { retry }: Callback,
  { tries }: Delivery,
  { attempt, isGone, waitMs = 0 }: Attempted,
): number | undefined {
  if (attempt.error === undefined || isGone || tries + 1 >= retry.maxAttempts) return undefined;
  return Math.max(waitAfter(retry, tries + 1), Math.min(waitMs, retry.maxDelayMs));
}
