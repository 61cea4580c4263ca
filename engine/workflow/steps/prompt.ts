import type { PromptStep } from '../../program/step.ts';
import type { Frame } from '../frame.ts';
import { callOf, sessionOf, workedBy, type At, type Worked } from './work.ts';

/** Asks a model; the output is its text, or data where the step has an `outputSchema`. */
export async function runPrompt(step: PromptStep, frame: Frame, at: At): Promise<Worked> {
  const { context, workflow } = frame.run;
  const outcome = await context.activities.prompt(callOf(step, frame, at), {
    workflow: workflow.name,
    prompt: step.prompt.render(frame.scope),
    model: step.model,
    modelSettings: step.modelSettings,
    thinking: step.thinking,
    role: step.role,
    session: sessionOf(step, frame, at),
    images: step.images.map((image) => String(image.evaluate(frame.scope))),
    outputSchema: step.outputSchema,
  });
  return workedBy(outcome);
}
