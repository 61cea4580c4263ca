import type { Problem } from '../core/problem.ts';
import type { Store } from '../ports/store.ts';
import { dueOf, inPlaces, settle } from './deliveries.ts';
import type { Delivery } from './delivery.ts';
import { inTurn } from './in-turn.ts';

/** Deliveries that are given up in one commit. */
const pageSize = 100;

/**
 * Gives up all that waits for a callback, for a reason, without another attempt.
 * @param over called for each.
 * @returns how many.
 */
export async function giveUpAll(
  store: Pick<Store, 'documents'>,
  callback: string,
  problem: Problem,
  {
    now,
    except,
    over,
    isStill,
  }: {
    readonly now: number;
    readonly except: { readonly size: number; has(id: string): boolean };
    readonly over: (delivery: Delivery) => void;
    /** Whether there is reason to give up still. */
    readonly isStill: () => boolean;
  },
): Promise<number> {
  for (let count = 0; ;) {
    const waiting = await dueOf(store, callback, { limit: pageSize, except });
    await inTurn(store, async () => {
      if (!isStill()) return;
      const deliveries = await inPlaces(store, waiting);
      const ended = await Promise.all(deliveries.map((one) => endUnsent(store, one, problem, now)));
      ended.forEach(over);
      count += ended.length;
    });
    if (waiting.length === 0 || !isStill()) return count;
  }
}

/** Gives up a delivery that cannot be sent. */
export function endUnsent(
  store: Pick<Store, 'documents'>,
  delivery: Delivery,
  problem: Problem,
  now: number,
): Promise<Delivery> {
  const attempt = { at: new Date(now).toISOString(), durationMs: 0, error: problem.toData() };
  return settle(store, delivery, attempt, { now, waitMs: undefined, isSent: false });
}
