import type { Sender } from '../adapters/tools/http-send.ts';
import { asProblem, Problem, type ProblemData } from '../core/problem.ts';
import type { Meters } from '../ports/meters.ts';
import type { Callback } from '../program/callback.ts';
import type { SessionPorts } from '../session/index.ts';
import { countEnd, makeAttempt, storeRetryMs } from './attempt.ts';
import type { Backlog } from './backlog.ts';
import { countDue, dueOf, readLetters, type Due } from './deliveries.ts';
import type { Delivery, Letter } from './delivery.ts';
import { forgetSession } from './forget.ts';
import { endUnsent } from './give-up.ts';
import { areBack } from './gone.ts';
import { inTurn } from './in-turn.ts';
import { createLane, type Lane } from './lane.ts';
import { callbacksIn } from './list.ts';
import { namespaces } from './places.ts';
import { longestWaitMs, reach } from './reach.ts';

/** Who carries deliveries from the store to their receivers, beside all other work. */
export interface Courier {
  /** Has deliveries to a callback looked for; never waits. */
  wake(callback: string): void;
  /** Whether a delivery is being sent at this moment. */
  isSending(delivery: Pick<Delivery, 'id' | 'callback'>): boolean;
  /** Why nothing can be sent to a callback now; undefined: nothing is known to be in the way. */
  hindrance(callback: string): ProblemData | undefined;
  /** Takes up what waits. Again after a reload. */
  start(): Promise<void>;
  /** Removes the deliveries that tell of a session. Those that are being sent are cut off first. */
  forget(session: string): Promise<void>;
  /** Resolves when nothing is being sent and nothing is due that can be. */
  idle(): Promise<void>;
  /** How many deliveries wait for callbacks that this courier had something to tell. */
  waiting(): Promise<number>;
  /** Cuts off what is being sent; it is sent again after the next start. */
  close(): Promise<void>;
}

/** A courier that has nothing to do yet. What is due lies in the store, and no more than a few deliveries in memory. */
export function createCourier(
  ports: Pick<SessionPorts, 'store' | 'clock' | 'journal' | 'now'>,
  {
    sender,
    meters,
    backlog,
  }: { readonly sender: Sender; readonly meters: Meters; readonly backlog: Backlog },
): Courier {
  const { store, clock, journal } = ports;
  const lanes = new Map<string, Lane>();
  const closing = new AbortController();
  let resting: (() => void)[] = [];

  const courier: Courier = {
    wake(name) {
      if (closing.signal.aborted) return;
      const lane = laneOf(name);
      lane.mustLook = true;
      lane.looking ??= look(lane).finally(() => {
        lane.looking = undefined;
        // It may have been asked for while the last look came to its end.
        if (lane.mustLook) courier.wake(name);
        rest();
      });
    },
    isSending: ({ id, callback }) => lanes.get(callback)?.sending.has(id) ?? false,
    hindrance: (name) => lanes.get(name)?.hindrance,
    async start() {
      const names = new Set(Object.keys(ports.now().program.settings.callbacks));
      await inTurn(store, () => areBack(store.documents, names));
      for (const { pace } of lanes.values()) pace.reset();
      for (const name of names) backlog.know(name);
      for (const name of new Set([...names, ...(await callbacksIn(store.documents, namespaces.due))]))
        courier.wake(name);
    },
    forget: (session) =>
      inTurn(store, async () => {
        const release = async ({ id, callback }: Delivery): Promise<void> => {
          const sending = lanes.get(callback)?.sending.get(id);
          sending?.stop.abort(new Problem('aborted', 'what it tells of was deleted'));
          await sending?.done;
        };
        for (const { callback } of await forgetSession(store, session, release)) backlog.ended(callback);
      }),
    async idle() {
      const isBusy = ({ looking, sending }: Lane): boolean => looking !== undefined || sending.size > 0;
      while ([...lanes.values()].some(isBusy) && !closing.signal.aborted)
        await new Promise<void>((resolve) => resting.push(resolve));
    },
    async waiting() {
      const counts = await Promise.all([...lanes.keys()].map((name) => countDue(store, name)));
      return counts.reduce((all, one) => all + one, 0);
    },
    async close() {
      closing.abort(new Problem('shutting_down', 'the engine is shutting down'));
      const all = [...lanes.values()];
      for (const { timer, sending } of all) {
        timer.abort(closing.signal.reason);
        for (const { stop } of sending.values()) stop.abort(closing.signal.reason);
      }
      for (const { looking } of all) await looking;
      await Promise.all(all.flatMap(({ sending }) => [...sending.values()].map(({ done }) => done)));
      rest();
    },
  };
  return courier;

  function laneOf(name: string): Lane {
    const lane = lanes.get(name) ?? createLane(name, clock);
    lanes.set(name, lane);
    return lane;
  }

  /** Begins to send what is due, and sees to it that what is due later is looked for then. Never throws. */
  async function look(lane: Lane): Promise<void> {
    while (lane.mustLook && !closing.signal.aborted) {
      lane.mustLook = false;
      lane.timer.abort(closing.signal.reason);
      try {
        await begin(lane);
      } catch (thrown) {
        journal.report(asProblem(thrown));
        lane.pace.hold(storeRetryMs);
        lookIn(lane, storeRetryMs);
      }
    }
  }

  async function begin(lane: Lane): Promise<void> {
    const { name, sending, pace } = lane;
    const room = pace.room(sending.size);
    // What is being sent looks again when it comes back.
    if (room <= 0) return;
    if (pace.holdMs() > 0) return lookIn(lane, pace.holdMs());
    const waiting = await dueOf(store, name, { limit: room, except: sending });
    const [first] = waiting;
    if (first === undefined) return void (lane.hindrance = undefined);
    const callback = await reach(ports, lane, (one) => countEnd(meters, backlog, one));
    if ('againMs' in callback) return lookIn(lane, callback.againMs);
    const now = clock.now();
    // Nothing waits longer than the longest wait: the clock was set back, or the wait made shorter.
    const isDue = ({ dueAt }: Due): boolean => dueAt <= now || dueAt > now + callback.retry.maxDelayMs;
    const ready = waiting.filter(isDue).slice(0, room);
    const count = await inTurn(store, () => take(callback, ready, lane));
    if (count < ready.length) lane.mustLook = true;
    const later = waiting.filter((one) => !isDue(one)).map(({ dueAt }) => dueAt - now);
    if (later.length > 0) lookIn(lane, Math.min(...later));
  }

  /** Begins to send what is in its place still, and gives how much that was. In turn: nobody removes it or makes it due meanwhile. */
  async function take(callback: Callback, ready: readonly Due[], lane: Lane): Promise<number> {
    if (ready.length === 0) return 0;
    const { letters, lost } = await readLetters(store, ready);
    if (closing.signal.aborted) return ready.length;
    for (const one of lost) {
      const problem = new Problem('store_corrupt', `the store has lost what delivery "${one.id}" says`);
      countEnd(meters, backlog, await endUnsent(store, one, problem, clock.now()));
      journal.report(problem);
    }
    for (const letter of letters) carry(callback, letter, lane);
    return letters.length;
  }

  function carry(callback: Callback, letter: Letter, lane: Lane): void {
    const { sending, pace } = lane;
    if (closing.signal.aborted) return;
    const stop = new AbortController();
    const given = { pace, signal: stop.signal };
    const done = makeAttempt({ ports, sender, meters, backlog }, callback, letter, given).finally(() => {
      sending.delete(letter.id);
      courier.wake(lane.name);
      rest();
    });
    sending.set(letter.id, { stop, done });
  }

  function lookIn(lane: Lane, ms: number): void {
    if (closing.signal.aborted) return;
    lane.timer = new AbortController();
    clock.sleep(Math.min(Math.max(0, ms), longestWaitMs), lane.timer.signal).then(
      () => courier.wake(lane.name),
      () => undefined,
    );
  }

  function rest(): void {
    const all = resting;
    resting = [];
    for (const look of all) look();
  }
}
