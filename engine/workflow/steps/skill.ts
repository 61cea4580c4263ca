import type { SkillStep } from '../../program/step.ts';
import type { Frame } from '../frame.ts';
import { callOf, sessionOf, workedBy, type At, type Worked } from './work.ts';

/** Has an agent, or the model alone, work by a skill; the output is its text, or data with an `outputSchema`. */
export async function runSkill(step: SkillStep, frame: Frame, at: At): Promise<Worked> {
  const outcome = await frame.run.context.activities.skill(callOf(step, frame, at), {
    skill: step.skill,
    agent: step.agent,
    arguments: step.with?.evaluate(frame.scope),
    session: sessionOf(step, frame, at),
    model: step.model,
    role: step.role,
    outputSchema: step.outputSchema,
  });
  return workedBy(outcome);
}
