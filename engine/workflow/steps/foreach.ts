import { isObject, type Json } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import type { ForeachStep } from '../../program/block-step.ts';
import { innerFrame, type Flow, type Frame } from '../frame.ts';
import { runSideBySide } from '../side-by-side.ts';
import { limitProblem } from '../spending.ts';

/**
 * Runs its steps once an item, item `i` under `<path>[i]/`, which see the item and `index`. The output is a list in item order of
 * the block's `output`, else of each last step's; with `onError: collect` of `{status, output, error}`.
 * Throws Problem `expression_failed` when there is no list, `limit_reached` when it is too long.
 */
export async function runForeach(step: ForeachStep, path: string, frame: Frame): Promise<Flow> {
  const items = listOf(step, path, frame);
  const end = await runSideBySide(
    {
      count: items.length,
      maxConcurrency: step.maxConcurrency,
      onError: step.onError,
      key: (index) => `${path}[${index}]`,
      run: async (index, lane) => {
        const inner = innerFrame(lane, `${path}[${index}]/`, { [step.as]: items[index], index });
        const flow = await frame.run.runSteps(step.steps, inner);
        if (flow.returned || step.output === undefined) return flow;
        return { output: step.output.evaluate(inner.scope), returned: false };
      },
    },
    frame,
  );
  return end.returned ? end : { output: end.outputs, returned: false };
}

function listOf(step: ForeachStep, path: string, frame: Frame): readonly Json[] {
  const items = step.items.evaluate(frame.scope);
  if (!isList(items)) {
    const message = `"${step.items.source}" must give a list to step "${path}", got ${nameOf(items)}`;
    throw new Problem('expression_failed', message);
  }
  const { maxItems } = step;
  if (maxItems !== undefined && items.length > maxItems) {
    const message = `step "${path}" has ${items.length} items; its limit is ${maxItems}`;
    throw limitProblem('maxItems', items.length, maxItems, message);
  }
  return items;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function nameOf(value: Json): string {
  return value === null ? 'null' : isObject(value) ? 'a map' : `a ${typeof value}`;
}
