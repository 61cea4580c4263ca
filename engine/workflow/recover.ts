import type { Problem } from '../core/problem.ts';
import type { Step } from '../program/step.ts';
import type { RecoveredRecord } from './checkpoint.ts';
import { innerFrame, type Flow, type Frame } from './frame.ts';
import { errorView } from './scope.ts';

/** Index of the first `catch` entry that takes a problem, or undefined. Nothing is taken from a frame that was stopped. */
export function catchFor(step: Step, problem: Problem, frame: Frame): number | undefined {
  if (frame.signal.aborted) return undefined;
  const index = step.catch.findIndex(({ on }) => on.length === 0 || on.includes(problem.code));
  return index === -1 ? undefined : index;
}

/**
 * Runs the `catch` entry of a record: its steps see `error`, their paths begin with `<path>!<index>/`. The output is the entry's
 * `output`, else that of its last step, else null. Throws what its steps throw.
 */
export async function recover(
  step: Step,
  path: string,
  record: RecoveredRecord,
  frame: Frame,
): Promise<Flow> {
  const entry = step.catch[record.catch];
  if (entry === undefined) return { output: null, returned: false };
  const inner = innerFrame(frame, `${path}!${record.catch}/`, { error: errorView(record.error) });
  const flow = await frame.run.runSteps(entry.steps, inner);
  if (flow.returned || entry.output === undefined) return flow;
  return { output: entry.output.evaluate(inner.scope), returned: false };
}
