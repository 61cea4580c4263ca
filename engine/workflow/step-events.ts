import type { EventData, NewEvent } from '../core/event.ts';
import type { RunContext } from '../ports/durable.ts';

/**
 * Events of steps, kept quiet while a run is replayed. Events are held until it is known that they are new: they go out before
 * the first work that really runs, and are dropped when work after them turns out to be recorded, for then they went out before
 * the crash. So none is lost and none is sent twice, but for those at the very border of a crash, which are sent again.
 */
export interface StepEvents {
  start(path: string, verb: string): void;
  end(path: string, data: EventData['step_end']): void;
  log(path: string, data: EventData['log']): void;
  /** Work starts that was not recorded: what was held goes out, and from here on everything at once. */
  fresh(): void;
  /** Work was found recorded: what was held went out long ago. */
  replayed(): void;
  /** The events of one of several concurrent lists of steps. */
  child(): StepEvents;
  /** Hands what is still held to the events this is a child of; at the root it goes out. */
  close(): void;
}

/** The events of a run. */
export function stepEvents(context: RunContext): StepEvents {
  return level(context, undefined);
}

interface Level extends StepEvents {
  note(event: NewEvent): void;
}

function level(context: RunContext, parent: Level | undefined): Level {
  let live = false;
  let held: NewEvent[] = [];
  const scope = (path: string): { runId: string; stepPath: string } => ({
    runId: context.runId,
    stepPath: path,
  });
  const self: Level = {
    note(event) {
      if (live) context.emit(event);
      else held.push(event);
    },
    start: (path, verb) => self.note({ ...scope(path), type: 'step_start', data: { verb, attempt: 1 } }),
    end: (path, data) => self.note({ ...scope(path), type: 'step_end', data }),
    log: (path, data) => self.note({ ...scope(path), type: 'log', data }),
    fresh() {
      if (live) return;
      parent?.fresh();
      live = true;
      release(context.emit.bind(context));
    },
    replayed() {
      parent?.replayed();
      held = [];
    },
    child: () => level(context, self),
    close() {
      release((event) => (parent === undefined ? context.emit(event) : parent.note(event)));
    },
  };
  return self;

  function release(to: (event: NewEvent) => void): void {
    const events = held;
    held = [];
    for (const event of events) to(event);
  }
}
