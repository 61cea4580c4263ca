import type { EventData, NewEvent } from '../core/event.ts';
import type { RunContext } from '../ports/durable.ts';

/**
 * Events of steps. What was stored before a crash is not sent again when the run is carried on: a block that had started goes on,
 * one that had ended has ended. Work that really runs again starts again.
 */
export interface StepEvents {
  /** Work starts now. */
  work(path: string, verb: string): void;
  /** A step that only steers is entered, for the first time or in a replay. */
  enter(path: string, verb: string): void;
  end(path: string, data: EventData['step_end']): void;
  log(path: string, data: EventData['log']): void;
}

/** The events of a run. */
export function stepEvents(context: RunContext): StepEvents {
  const past = new Map(context.past);
  const emit = (path: string, event: Omit<NewEvent, 'runId' | 'stepPath'>): void =>
    context.emit({ runId: context.id, stepPath: path, ...event } as NewEvent);

  return {
    work(path, verb) {
      past.delete(path);
      emit(path, { type: 'step_start', data: { verb, attempt: 1 } });
    },
    enter(path, verb) {
      // A failure is not recorded, so a step that failed is at work anew.
      if (past.get(path) === 'failed') past.delete(path);
      if (!past.has(path)) emit(path, { type: 'step_start', data: { verb, attempt: 1 } });
    },
    end(path, data) {
      const before = past.get(path);
      past.delete(path);
      if (before === undefined || before === 'started' || before !== data.status)
        emit(path, { type: 'step_end', data });
    },
    log: (path, data) => emit(path, { type: 'log', data }),
  };
}
