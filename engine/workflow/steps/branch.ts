import { evaluateCondition } from '../../expr/index.ts';
import type { BranchStep } from '../../program/block-step.ts';
import { innerFrame, type Flow, type Frame } from '../frame.ts';

/** Runs the steps of the first case that holds, under `<path>#<case>/`; the output is null when none does. */
export async function runBranch(step: BranchStep, path: string, frame: Frame): Promise<Flow> {
  const index = step.cases.findIndex(
    ({ when }) => when === undefined || evaluateCondition(when, frame.scope),
  );
  const taken = step.cases[index];
  if (taken === undefined) return { output: null, returned: false };
  const inner = innerFrame(frame, `${path}#${index}/`);
  const flow = await frame.run.runSteps(taken.steps, inner);
  if (flow.returned || taken.output === undefined) return flow;
  return { output: taken.output.evaluate(inner.scope), returned: false };
}
