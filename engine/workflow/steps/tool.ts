import type { ToolStep } from '../../program/step.ts';
import type { Frame } from '../frame.ts';
import { leftOf } from '../spending.ts';
import { callOf, type At, type Worked } from './work.ts';

/** Calls a tool with the step's `with`, an empty object by default. */
export async function runTool(step: ToolStep, frame: Frame, at: At): Promise<Worked> {
  const input = step.with?.evaluate(frame.scope) ?? {};
  const left = leftOf(frame.run.workflow.limits, frame.run.spent);
  return {
    output: await frame.run.context.activities.tool(callOf(step, frame, at), {
      tool: step.tool,
      input,
      ...(Object.keys(left).length === 0 ? {} : { left }),
    }),
  };
}
