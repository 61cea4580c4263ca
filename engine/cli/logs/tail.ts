import { setTimeout } from 'node:timers/promises';
import type { EngineEvent } from '../../core/event.ts';
import { terminalEvents } from '../../core/event.ts';
import { asProblem } from '../../core/problem.ts';
import { allEvents } from '../all-events.ts';
import type { LogPlace, Noted } from './log-place.ts';

/** Milliseconds between two looks. */
const lookMs = 250;

/** Most runs and submissions of each kind that are looked at for new ones. */
const mostSeen = 100;

/** Events of several runs and submissions in the order of their times. */
export function inTime(events: readonly EngineEvent[]): readonly EngineEvent[] {
  return events.toSorted((a, b) =>
    a.timestamp < b.timestamp ? -1 : a.timestamp > b.timestamp ? 1 : a.index - b.index,
  );
}

/**
 * Events as they come, in the order of their times as far as they are seen together, until the signal aborts.
 * @param only one run or submission, with whose end it ends; undefined: all, also those that begin meanwhile.
 * @param since milliseconds since 1970: nothing of before is given.
 */
export async function* tail(
  place: LogPlace,
  { only, since }: { readonly only?: string; readonly since: number },
  signal: AbortSignal,
): AsyncGenerator<EngineEvent> {
  const places = new Map<string, number>();
  const over = new Set<string>();
  /** Seen and not over: work that waits long is not among the newest for ever. */
  const following = new Map<string, Pick<Noted, 'id' | 'at' | 'hasEnded'>>();
  while (!signal.aborted) {
    const looked =
      only === undefined ? await place.list(mostSeen) : [{ id: only, at: since, hasEnded: false }];
    for (const one of looked) if (!over.has(one.id) && isOfInterest(one)) following.set(one.id, one);
    const open = [...following.values()];
    const found = await Promise.all(
      open.map(async ({ id, hasEnded }) => {
        const events = await allEvents(place, id, places.get(id)).catch((thrown: unknown) => {
          if (only === undefined && isGone(thrown)) return undefined;
          throw thrown;
        });
        const last = events?.at(-1);
        if (last !== undefined) places.set(id, last.index);
        // What was deleted meanwhile says nothing more.
        const isOver = events === undefined || events.some(isLast) || (hasEnded && events.length === 0);
        if (isOver) {
          over.add(id);
          following.delete(id);
        }
        return events ?? [];
      }),
    );
    yield* inTime(found.flat().filter(({ timestamp }) => Date.parse(timestamp) >= since));
    if (only !== undefined && over.has(only)) return;
    await setTimeout(lookMs, undefined, { signal }).catch(() => undefined);
  }

  /** What ended before is read only where it could have said something since. */
  function isOfInterest({ hasEnded, at, id }: Pick<Noted, 'hasEnded' | 'at' | 'id'>): boolean {
    return !hasEnded || at >= since || places.has(id);
  }
}

function isGone(thrown: unknown): boolean {
  return ['run_not_found', 'submission_not_found'].includes(asProblem(thrown).code);
}

function isLast({ type }: EngineEvent): boolean {
  return terminalEvents.includes(type);
}
