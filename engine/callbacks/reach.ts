import { asProblem, Problem } from '../core/problem.ts';
import type { Callback } from '../program/callback.ts';
import type { SessionPorts } from '../session/index.ts';
import type { Delivery } from './delivery.ts';
import { giveUpAll } from './give-up.ts';
import { waitsUntil } from './gone.ts';
import { inTurn } from './in-turn.ts';
import type { Lane } from './lane.ts';
import { checkTarget } from './target.ts';

/** Longest time in milliseconds without a look: clocks are set, machines sleep, secrets come. */
export const longestWaitMs = 30_000;

/** When to look again for what cannot be sent now. */
export interface Later {
  readonly againMs: number;
}

/**
 * The callback of a lane for which something waits, if something can be sent to it. Why not is told once, and noted in the lane. What
 * waits for a callback that the project has no more waits a day for it to be there again, and is given up then.
 * @param over called for each delivery that is given up.
 */
export async function reach(
  ports: Pick<SessionPorts, 'store' | 'clock' | 'journal' | 'now'>,
  lane: Lane,
  over: (delivery: Delivery) => void,
): Promise<Callback | Later> {
  const { store, clock, journal } = ports;
  const { name, sending } = lane;
  const known = (): Callback | undefined => {
    const { callbacks } = ports.now().program.settings;
    return Object.hasOwn(callbacks, name) ? callbacks[name] : undefined;
  };
  const isGone = (): boolean => known() === undefined;
  const callback = known();
  if (callback === undefined) return { againMs: await awaitReturn() };
  try {
    checkTarget(callback, ports.now());
    lane.hindrance = undefined;
    return callback;
  } catch (thrown) {
    hinder(asProblem(thrown), 'what waits for it is sent when that is mended');
    return { againMs: longestWaitMs };
  }

  async function awaitReturn(): Promise<number> {
    const now = clock.now();
    // In turn: a reload may bring it back meanwhile, and forgets then that it was gone.
    const until = await inTurn(store, async () =>
      isGone() ? waitsUntil(store.documents, name, now) : undefined,
    );
    if (until === undefined) return 0;
    if (now < until) {
      const gone = `the project has no callback "${name}" any more`;
      const what = `what waits for it is given up at ${new Date(until).toISOString()}, unless it is there again`;
      hinder(new Problem('not_found', gone), what);
      return until - now;
    }
    const problem = new Problem(
      'not_found',
      `the project has had no callback "${name}" for a day; once it has it again, redeliver this`,
    );
    const count = await giveUpAll(store, name, problem, { now, except: sending, over, isStill: isGone });
    lane.hindrance = undefined;
    if (count > 0) {
      const what = `what waited for a callback is given up (${count}): ${problem.message}`;
      journal.report(new Problem('callback_failed', what));
    }
    return longestWaitMs;
  }

  function hinder(problem: Problem, what: string): void {
    const told = new Problem(problem.code, `${problem.message}; ${what}`);
    if (lane.hindrance?.message !== told.message) journal.report(told);
    lane.hindrance = told.toData();
  }
}
