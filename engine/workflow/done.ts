import type { Step } from '../program/step.ts';
import { problemOf } from './abort.ts';
import type { RecoveredRecord } from './checkpoint.ts';
import type { Frame } from './frame.ts';
import { recover } from './recover.ts';
import { errorView, type StepView } from './scope.ts';

/** A step that ended well: what later steps see of it, and whether a `return` inside it ended the run with its output. */
export interface Done {
  readonly view: StepView;
  readonly returned: boolean;
}

/** Runs the `catch` entry of a failed step and sends the step's end. Throws the Problem of the entry's steps. */
export async function endRecovered(
  step: Step,
  path: string,
  record: RecoveredRecord,
  frame: Frame,
  startedAt: number,
): Promise<Done> {
  const { attempts, error } = record;
  const durationMs = (): number => frame.run.context.elapsed() - startedAt;
  try {
    const { output, returned } = await recover(step, path, record, frame);
    frame.events.end(path, { status: 'recovered', output, error, attempts, durationMs: durationMs() });
    return { view: { output, status: 'recovered', error: errorView(error), attempts }, returned };
  } catch (thrown) {
    const problem = problemOf(thrown, frame.signal);
    frame.events.end(path, { status: 'failed', error: problem.toData(), attempts, durationMs: durationMs() });
    throw problem;
  }
}
