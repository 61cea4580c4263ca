import type { SetStep } from '../../program/step.ts';
import type { Frame } from '../frame.ts';
import type { Worked } from './work.ts';

/** Gives the step's value. */
export function runSet(step: SetStep, frame: Frame): Worked {
  return { output: step.value.evaluate(frame.scope) };
}
