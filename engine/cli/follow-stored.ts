import { setTimeout } from 'node:timers/promises';
import { terminalEvents, type EngineEvent } from '../core/event.ts';
import { isTerminal, type ExecutionState } from '../core/status.ts';

/** Milliseconds between two looks at a store that another process writes. */
const lookMs = 200;

/** Runs or submissions of a store. */
interface Stored {
  get(id: string): Promise<{ readonly state: ExecutionState }>;
  events(
    id: string,
    page: { readonly after: number; readonly limit: number },
  ): Promise<readonly EngineEvent[]>;
}

/**
 * Stored events of a run or submission after an index, and those that another process adds, until it ends or the signal aborts. Throws what
 * `stored` throws.
 */
export async function* followStored(
  stored: Stored,
  id: string,
  from: number,
  signal: AbortSignal,
): AsyncGenerator<EngineEvent> {
  for (let after = from; ;) {
    // Asked before the events are read: what ended before that has all of them.
    const { state } = await stored.get(id);
    const page = await stored.events(id, { after, limit: 1000 });
    for (const event of page) {
      after = event.index;
      yield event;
      if (terminalEvents.includes(event.type)) return;
    }
    if (page.length > 0) continue;
    if (isTerminal(state)) return;
    await setTimeout(lookMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
  }
}
