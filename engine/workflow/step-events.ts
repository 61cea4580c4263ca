import type { EventData, NewEvent } from '../core/event.ts';
import type { JsonObject } from '../core/json.ts';
import type { RunContext } from '../ports/durable.ts';

/**
 * Events of steps. What was stored before a crash is not sent again when the run is carried on: a block that had started goes on,
 * one that had ended has ended. Work that really runs again starts again. What an engine cuts off because it stops has not ended.
 */
export interface StepEvents {
  /** Work starts now. Gives how often it had started before without coming to an end: each time a crash cut it off. */
  work(path: string, verb: string): number;
  /** A step that only steers is entered, for the first time or in a replay. */
  enter(path: string, verb: string): void;
  end(path: string, data: EventData['step_end']): void;
  /** A person is asked, or has answered. */
  approval(path: string, type: 'approval_requested' | 'approval_resolved', data: JsonObject): void;
  log(path: string, data: EventData['log']): void;
}

/** The events of a run. */
export function stepEvents(context: RunContext): StepEvents {
  const past = new Map(context.past);
  const emit = (path: string, event: Omit<NewEvent, 'runId' | 'stepPath'>): void =>
    context.emit({ runId: context.id, stepPath: path, ...event } as NewEvent);

  return {
    work(path, verb) {
      const before = past.get(path)?.starts ?? 0;
      past.delete(path);
      emit(path, { type: 'step_start', data: { verb, attempt: before + 1 } });
      return before;
    },
    enter(path, verb) {
      // A failure is not recorded, so a step that failed is at work anew.
      if (past.get(path)?.state === 'failed') past.delete(path);
      if (!past.has(path)) emit(path, { type: 'step_start', data: { verb, attempt: 1 } });
    },
    end(path, data) {
      if (context.signal.aborted && data.error?.type === 'shutting_down') return;
      const before = past.get(path)?.state;
      past.delete(path);
      if (before === undefined || before === 'started' || before !== data.status)
        emit(path, { type: 'step_end', data });
    },
    approval: (path, type, data) => emit(path, { type, data }),
    log: (path, data) => emit(path, { type: 'log', data }),
  };
}
