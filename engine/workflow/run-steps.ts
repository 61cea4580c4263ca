import type { Json } from '../core/json.ts';
import { evaluateCondition } from '../expr/index.ts';
import type { Step } from '../program/step.ts';
import { checkSignal, problemOf } from './abort.ts';
import type { Flow, Frame } from './frame.ts';
import { runBlock } from './run-block.ts';
import { runWork } from './run-work.ts';
import type { StepView } from './scope.ts';
import { isFlow } from './steps/index.ts';

/**
 * Runs steps in order in one frame; each is seen by the steps after it. Gives the output of the last step that was not skipped
 * (null when none ran), or what a `return` ended the run with. Throws the Problem of the first step that fails.
 */
export async function runSteps(steps: readonly Step[], frame: Frame): Promise<Flow> {
  let output: Json = null;
  for (const step of steps) {
    checkSignal(frame.signal);
    const path = frame.prefix + step.id;
    frame.run.onStep?.(step, path, frame.scope);
    if (!isWanted(step, path, frame)) {
      frame.steps[step.id] = skipped;
      frame.events.end(path, { status: 'skipped', attempts: 0, durationMs: 0 });
      continue;
    }
    const { view, returned } = isFlow(step)
      ? await runBlock(step, path, frame)
      : await runWork(step, path, frame);
    if (returned) return { output: view.output, returned };
    frame.steps[step.id] = view;
    output = view.output;
  }
  return { output, returned: false };
}

const skipped: StepView = { output: null, status: 'skipped', error: null, attempts: 0 };

function isWanted(step: Step, path: string, frame: Frame): boolean {
  if (step.if === undefined) return true;
  try {
    return evaluateCondition(step.if, frame.scope);
  } catch (thrown) {
    const problem = problemOf(thrown, frame.signal);
    frame.events.end(path, { status: 'failed', error: problem.toData(), attempts: 0, durationMs: 0 });
    throw problem;
  }
}
