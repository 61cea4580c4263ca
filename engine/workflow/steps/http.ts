import type { HttpStep } from '../../program/step.ts';
import type { Frame } from '../frame.ts';
import { callOf, type At, type Worked } from './work.ts';

/** Sends a request; the output is `{status, headers, body}`. */
export async function runHttp(step: HttpStep, frame: Frame, at: At): Promise<Worked> {
  const output = await frame.run.context.activities.http(callOf(step, frame, at), {
    request: step.request,
    scope: frame.scope,
  });
  return { output: { ...output } };
}
