import { Problem } from '../../core/problem.ts';
import type { FailStep } from '../../program/step.ts';
import type { Frame } from '../frame.ts';

/** Throws the step's Problem: its code, or `workflow_failed`. A `catch` of an enclosing block may take it. */
export function runFail(step: FailStep, frame: Frame): never {
  const details = step.details?.evaluate(frame.scope);
  throw new Problem(
    step.code === '' ? 'workflow_failed' : step.code,
    step.message.render(frame.scope),
    details === undefined ? {} : { details },
  );
}
