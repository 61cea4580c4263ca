import type { ReturnStep } from '../../program/step.ts';
import type { Flow, Frame } from '../frame.ts';

/** Ends the run with the step's value, from any depth. */
export function runReturn(step: ReturnStep, frame: Frame): Flow {
  return { output: step.value.evaluate(frame.scope), returned: true };
}
