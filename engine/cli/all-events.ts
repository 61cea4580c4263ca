import type { EngineEvent } from '../core/event.ts';
import type { OpenRuns } from './open-runs.ts';

/** Most events that a place gives at once. */
const pageSize = 1000;

/** All stored events of a run or submission after an index, oldest first. */
export async function allEvents(
  { events }: Pick<OpenRuns, 'events'>,
  id: string,
  from = 0,
): Promise<readonly EngineEvent[]> {
  const found: EngineEvent[] = [];
  for (;;) {
    const page = await events(id, { after: found.at(-1)?.index ?? from, limit: pageSize });
    found.push(...page);
    if (page.length < pageSize) return found;
  }
}
