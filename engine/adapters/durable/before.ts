import type { Json } from '../../core/json.ts';
import type { StepPast } from '../../ports/durable.ts';
import type { Execution, Store } from '../../ports/store.ts';

/** What is stored of an execution before it is carried on. */
export interface Before {
  readonly records: ReadonlyMap<string, Json>;
  readonly past: ReadonlyMap<string, StepPast>;
  /** Index of its last event; 0 when it has none. */
  readonly last: number;
  /** Time of its last event, in milliseconds since 1970. */
  readonly lastAt: number;
  /** Whether it got any further since it was last taken up. */
  readonly hasProgress: boolean;
}

/** What is stored of an execution that is new. */
export const nothingBefore: Before = {
  records: new Map(),
  past: new Map(),
  last: 0,
  lastAt: 0,
  hasProgress: true,
};

/** How turns end that gave no answer. */
const cutOff = ['aborted', 'failed', 'interrupted'];

/** Reads what is stored of an execution. */
export async function readBefore(store: Store, { id }: Execution): Promise<Before> {
  const past = new Map<string, StepPast>();
  let last = 0;
  let lastAt = 0;
  let recordsAtResume = 0;
  /** Whether a model or a tool got further than the work that was cut off would get by itself. */
  let hasMovedOn = false;
  const records = await store.checkpoints.all(id);
  for (;;) {
    const page = await store.events.read(id, { after: last, limit: 1000 });
    for (const event of page) {
      last = event.index;
      lastAt = Date.parse(event.timestamp);
      if (event.type === 'run_resume' || event.type === 'submission_resume') {
        recordsAtResume = event.data.checkpoints;
        hasMovedOn = false;
      }
      // A turn that asks for tools is nothing as long as none of them came to an end: that may be what takes the process down.
      if (event.type === 'tool_end') hasMovedOn = true;
      if (event.type === 'turn_end' && event.data.toolCalls === 0 && !cutOff.includes(event.data.finish))
        hasMovedOn = true;
      if (event.stepPath === undefined) continue;
      if (event.type === 'step_start') {
        const starts = (past.get(event.stepPath)?.starts ?? 0) + 1;
        past.set(event.stepPath, { state: 'started', starts });
      }
      if (event.type === 'step_end') past.set(event.stepPath, { state: event.data.status, starts: 0 });
    }
    if (page.length < 1000) break;
  }
  return { records, past, last, lastAt, hasProgress: hasMovedOn || records.size > recordsAtResume };
}
