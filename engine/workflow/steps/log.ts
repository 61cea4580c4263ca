import { isObject } from '../../core/json.ts';
import type { LogStep } from '../../program/step.ts';
import type { Frame } from '../frame.ts';
import type { At, Worked } from './work.ts';

/** Sends a `log` event; the output is null. */
export function runLog(step: LogStep, frame: Frame, at: At): Worked {
  const data = step.data?.evaluate(frame.scope);
  const fields = data === undefined || isObject(data) ? data : { data };
  frame.events.log(at.path, {
    level: step.level,
    message: step.message.render(frame.scope),
    ...(fields === undefined ? {} : { fields }),
  });
  return { output: null };
}
