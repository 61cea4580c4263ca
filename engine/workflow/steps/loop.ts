import type { Json } from '../../core/json.ts';
import { evaluateCondition } from '../../expr/index.ts';
import type { LoopStep } from '../../program/block-step.ts';
import { innerFrame, type Flow, type Frame } from '../frame.ts';
import { innerScope } from '../scope.ts';
import { limitProblem } from '../spending.ts';

/**
 * Repeats its steps, round `i` under `<path>[i]/`. `while` is asked before a round and sees what the block sees, `prev` and `index`;
 * `until` is asked after a round and also sees the round's steps. The output is that of the last round, null when there was none.
 * Throws Problem `limit_reached` when another round than the last allowed one would be needed.
 */
export async function runLoop(step: LoopStep, path: string, frame: Frame): Promise<Flow> {
  let prev: Json = null;
  for (let index = 0; ; index += 1) {
    const names = { prev, index };
    const before = innerScope(frame.scope, names, frame.steps);
    if (step.while !== undefined && !evaluateCondition(step.while, before))
      return { output: prev, returned: false };
    if (index >= step.maxIterations) {
      const message = `step "${path}" is not done after ${step.maxIterations} iterations`;
      throw limitProblem('maxIterations', index, step.maxIterations, message);
    }
    const inner = innerFrame(frame, `${path}[${index}]/`, names);
    const flow = await frame.run.runSteps(step.steps, inner);
    if (flow.returned) return flow;
    prev = step.output === undefined ? flow.output : step.output.evaluate(inner.scope);
    if (step.until !== undefined && evaluateCondition(step.until, inner.scope))
      return { output: prev, returned: false };
  }
}
