import type { EngineEvent } from '../core/event.ts';
import type { OpenRuns } from './open-runs.ts';

/** All stored events of a run or submission. */
export async function allEvents(
  { events }: Pick<OpenRuns, 'events'>,
  runId: string,
): Promise<readonly EngineEvent[]> {
  const found: EngineEvent[] = [];
  for (;;) {
    const page = await events(runId, { after: found.at(-1)?.index ?? 0, limit: 1000 });
    if (page.length === 0) return found;
    found.push(...page);
  }
}
