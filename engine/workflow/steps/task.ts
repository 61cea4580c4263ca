import type { TaskStep } from '../../program/step.ts';
import type { Frame } from '../frame.ts';
import { callOf, sessionOf, workedBy, type At, type Worked } from './work.ts';

/** Gives a task to an agent or profile, or the model alone, in a conversation of its own, with the files of the run. */
export async function runTask(step: TaskStep, frame: Frame, at: At): Promise<Worked> {
  const outcome = await frame.run.context.activities.task(callOf(step, frame, at), {
    task: step.task.render(frame.scope),
    agent: step.agent,
    session: sessionOf(step, frame, at),
    model: step.model,
    role: step.role,
    outputSchema: step.outputSchema,
  });
  return workedBy(outcome);
}
