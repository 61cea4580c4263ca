import type { ParallelStep } from '../../program/block-step.ts';
import { innerFrame, type Flow, type Frame } from '../frame.ts';
import { innerScope, type StepViews } from '../scope.ts';
import { runSideBySide } from '../side-by-side.ts';

/**
 * Runs its branches, branch `b` under `<path>.b/`. The output is the block's `output`, which sees the steps of all branches that succeeded, else a
 * map from branch to its last step's output; with `onError: collect` to `{status, output, error}`.
 */
export async function runParallel(step: ParallelStep, path: string, frame: Frame): Promise<Flow> {
  const seen: StepViews[] = [];
  const { branches } = step;
  const end = await runSideBySide(
    {
      count: branches.length,
      maxConcurrency: step.maxConcurrency,
      onError: step.onError,
      key: (index) => `${path}.${branches[index]?.name}`,
      run: async (index, lane) => {
        const inner = innerFrame(lane, `${path}.${branches[index]?.name}/`);
        const flow = await frame.run.runSteps(branches[index]?.steps ?? [], inner);
        seen[index] = inner.steps;
        return flow;
      },
    },
    frame,
  );
  if (end.returned) return end;
  if (step.output !== undefined) {
    const scope = innerScope(frame.scope, {}, Object.assign({}, frame.steps, ...seen) as StepViews);
    return { output: step.output.evaluate(scope), returned: false };
  }
  const output = Object.fromEntries(branches.map(({ name }, index) => [name, end.outputs[index] ?? null]));
  return { output, returned: false };
}
