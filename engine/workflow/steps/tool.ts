import type { ToolStep } from '../../program/workflow.ts';
import type { Frame } from '../frame.ts';
import { callOf, type At, type Worked } from './work.ts';

/** Calls a tool with the step's `with`, an empty object by default. */
export async function runTool(step: ToolStep, frame: Frame, at: At): Promise<Worked> {
  const input = step.with?.evaluate(frame.scope) ?? {};
  return {
    output: await frame.run.context.activities.tool(callOf(step, frame, at), { tool: step.tool, input }),
  };
}
