import type { AgentStep } from '../../program/step.ts';
import type { Frame } from '../frame.ts';
import { callOf, sessionOf, workedBy, type At, type Worked } from './work.ts';

/** Prompts an agent; by default in the instance named like the run, in a session of the step's own. */
export async function runAgent(step: AgentStep, frame: Frame, at: At): Promise<Worked> {
  const { context } = frame.run;
  const outcome = await context.activities.agent(callOf(step, frame, at), {
    agent: step.agent,
    instance: step.instance?.render(frame.scope) ?? context.id,
    session: sessionOf(step, frame, at),
    message: step.message?.render(frame.scope),
    input: step.with?.evaluate(frame.scope),
    model: step.model,
    role: step.role,
    outputSchema: step.outputSchema,
  });
  return workedBy(outcome);
}
