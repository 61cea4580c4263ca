import { defaultSession } from '../../core/ids.ts';
import type { DispatchStep } from '../../program/step.ts';
import type { Frame } from '../frame.ts';
import { callOf, type At, type Worked } from './work.ts';

/** Hands a message to an agent; the output is the receipt, and what the agent answers is not waited for. */
export async function runDispatch(step: DispatchStep, frame: Frame, at: At): Promise<Worked> {
  const { context } = frame.run;
  const receipt = await context.activities.dispatch(callOf(step, frame, at), {
    agent: step.agent,
    instance: step.instance?.render(frame.scope) ?? context.id,
    session: step.session?.render(frame.scope) ?? defaultSession,
    message: step.message?.render(frame.scope),
    input: step.with?.evaluate(frame.scope),
  });
  return { output: { ...receipt } };
}
