import type { Json } from '../core/json.ts';
import { Problem } from '../core/problem.ts';
import { checkSignal, childController, problemOf } from './abort.ts';
import { checkpoint, recall, spentOf, type FailedRecord } from './checkpoint.ts';
import type { Flow, Frame } from './frame.ts';
import { errorView } from './scope.ts';
import { spending } from './spending.ts';

/** The lists of steps a `parallel` or `foreach` runs at once. */
export interface Lanes {
  readonly count: number;
  readonly maxConcurrency: number;
  readonly onError: 'fail-fast' | 'collect';
  /** Stable path of a lane: `lines[3]`, `gather.order`. */
  key(index: number): string;
  run(index: number, frame: Frame): Promise<Flow>;
}

/** How the lanes ended: all with their outputs in lane order, or by a `return` in one of them. */
export type LanesEnd =
  | { readonly returned: false; readonly outputs: readonly Json[] }
  | { readonly returned: true; readonly output: Json };

/**
 * Runs lanes in order, at most `maxConcurrency` at a time, and waits for all it started. With `fail-fast` the first failure aborts
 * the others and is thrown; with `collect` each output is `{status, output, error}`, status `succeeded` or `failed`, and a failed
 * lane stays failed on replay. A `return` aborts the others and ends the run.
 */
export async function runSideBySide(lanes: Lanes, frame: Frame): Promise<LanesEnd> {
  const { controller, release } = childController(frame.signal);
  const outputs: Json[] = new Array<Json>(lanes.count).fill(null);
  const ended: ({ readonly output: Json } | { readonly problem: Problem })[] = [];
  let next = 0;

  async function worker(): Promise<void> {
    while (next < lanes.count && ended.length === 0 && !controller.signal.aborted) {
      const index = next;
      next += 1;
      try {
        const flow = await runLane(lanes, index, { ...frame, signal: controller.signal });
        outputs[index] = flow.output;
        if (flow.returned) end({ output: flow.output }, 'another branch returned');
      } catch (thrown) {
        end({ problem: problemOf(thrown, controller.signal) }, 'another branch failed');
      }
    }
  }

  function end(how: (typeof ended)[number], reason: string): void {
    ended.push(how);
    controller.abort(new Problem('aborted', reason));
  }

  try {
    const workers = Math.max(1, Math.min(lanes.maxConcurrency, lanes.count));
    await Promise.all(Array.from({ length: workers }, worker));
  } finally {
    release();
  }
  const [first] = ended;
  if (first === undefined) {
    checkSignal(frame.signal);
    return { returned: false, outputs };
  }
  if ('problem' in first) throw first.problem;
  return { returned: true, output: first.output };
}

async function runLane(lanes: Lanes, index: number, frame: Frame): Promise<Flow> {
  if (lanes.onError === 'fail-fast') return lanes.run(index, frame);
  const { context } = frame.run;
  const key = lanes.key(index);
  const recorded = recall<FailedRecord>(context, key);
  if (recorded !== undefined) {
    if (recorded.spent !== undefined) frame.spent.add(recorded.spent.usage, recorded.spent.modelCalls);
    return { output: failed(recorded), returned: false };
  }
  const spent = spending(frame.spent);
  try {
    const flow = await lanes.run(index, { ...frame, spent });
    if (flow.returned) return flow;
    return { output: { status: 'succeeded', output: flow.output, error: null }, returned: false };
  } catch (thrown) {
    if (frame.signal.aborted) throw thrown;
    const error = problemOf(thrown, frame.signal).toData();
    const record = await checkpoint<FailedRecord>(context, key, () =>
      Promise.resolve({ status: 'failed', error, ...spentOf(spent) }),
    );
    return { output: failed(record), returned: false };
  }
}

function failed(record: FailedRecord): Json {
  const { code, message, details } = errorView(record.error);
  return { status: 'failed', output: null, error: { code, message, details } };
}
