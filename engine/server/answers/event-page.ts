import type { EngineEvent } from '../../core/event.ts';
import { Problem } from '../../core/problem.ts';
import { storedTypes } from './event-types.ts';
import { integer, list } from '../requests/parameters.ts';

/** Reads stored events of one execution. */
export type ReadEvents = (page: {
  readonly after: number;
  readonly limit: number;
}) => Promise<readonly EngineEvent[]>;

/** Highest event index a caller can name. */
export const maxIndex = 999_999_999_999_999;

/** Query of a page of events. */
export const pageQuery = {
  after: integer(0, maxIndex, 'Only events with a higher index. Default: 0.'),
  limit: integer(1, 1000, 'At most so many. Default: 1000.'),
  types: list(storedTypes, 'Only events of these types.'),
};

/** Query of a stream of events. */
export const streamQuery = {
  after: integer(0, maxIndex, 'Only events with a higher index; beats `Last-Event-ID`. Default: 0.'),
};

/** A page of events; the next one comes after `nextAfter`. */
export async function eventPage(
  read: ReadEvents,
  {
    after = 0,
    limit = 1000,
    types,
  }: { readonly after?: number; readonly limit?: number; readonly types?: readonly string[] },
): Promise<{ readonly events: readonly EngineEvent[]; readonly nextAfter: number }> {
  const events: EngineEvent[] = [];
  let nextAfter = after;
  for (;;) {
    const stored = await read({ after: nextAfter, limit: types === undefined ? limit : 1000 });
    for (const one of stored) {
      nextAfter = one.index;
      if (types === undefined || types.includes(one.type)) events.push(one);
      if (events.length === limit) return { events, nextAfter };
    }
    if (types === undefined || stored.length < 1000) return { events, nextAfter };
  }
}

/**
 * Whether a caller that has seen the events up to an index has seen the last one, which is of a type. Throws Problem
 * `invalid_request` when there is no such event; `what` names the execution.
 */
export async function isOver(
  read: ReadEvents,
  after: number,
  last: EngineEvent['type'],
  what: string,
): Promise<boolean> {
  if (after === 0) return false;
  const [next] = await read({ after, limit: 1 });
  if (next !== undefined) return false;
  const [seen] = await read({ after: after - 1, limit: 1 });
  if (seen === undefined) throw new Problem('invalid_request', `${what} has no event ${after}`);
  return seen.type === last;
}

/** The index in a `Last-Event-ID`, 0 without one. Throws Problem `invalid_request`. */
export function readLastEventId(id: string | undefined): number {
  if (id === undefined || id === '') return 0;
  if (/^\d{1,15}$/.test(id)) return Number(id);
  throw new Problem('invalid_request', `"Last-Event-ID" must be the index of an event, got "${id}"`);
}
