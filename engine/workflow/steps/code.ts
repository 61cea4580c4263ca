import { isObject, stableText, type Json } from '../../core/json.ts';
import { asProblem, fromData, Problem, type ProblemData } from '../../core/problem.ts';
import type { CodeStep } from '../../program/step.ts';
import type { Frame } from '../frame.ts';
import { leftOf } from '../spending.ts';
import { callOf, waitKey, type At, type Worked } from './work.ts';

/**
 * Runs a piece of Python; the output is its value. What its functions gave is recorded call by call: after a crash the code runs again,
 * to where it was, without any of them being called twice.
 */
export async function runCodeStep(step: CodeStep, frame: Frame, at: At): Promise<Worked> {
  const { context, workflow, spent } = frame.run;
  const inputs = step.with?.evaluate(frame.scope) ?? {};
  const output = await context.activities.code(callOf(step, frame, at), {
    code: step.code,
    inputs: isObject(inputs) ? inputs : {},
    tools: step.tools,
    limits: step.limits,
    left: leftOf(workflow.limits, spent),
    async record(number, asked, work) {
      const key = waitKey(frame, at, `call${number}`);
      // Recorded when it is there: a call that waits for people shows in the state of the run.
      const stored =
        context.recorded(key) ?? (await recordOf(key, { asked, ...(await answerOf(work, at.signal)) }));
      const { asked: before, value = null, error } = stored as unknown as Answered;
      if (stableText(before) !== stableText(asked))
        throw new Problem(
          'interrupted',
          `step "${at.path}": the code was run again after a restart, and its call ${number} is another one than before`,
        );
      if (error !== undefined) throw fromData(error);
      return value;
    },
  });
  return { output };

  function recordOf(key: string, answered: Json): Promise<Json> {
    return context.step(key, () => Promise.resolve(answered));
  }
}

interface Answered {
  readonly asked: Json;
  readonly value?: Json;
  readonly error?: ProblemData;
}

/** What a call gave, or failed with, which the code may catch. A call that was stopped has no answer. */
async function answerOf(
  work: () => Promise<Json>,
  signal: AbortSignal,
): Promise<{ readonly value: Json } | { readonly error: Json }> {
  try {
    return { value: await work() };
  } catch (thrown) {
    if (signal.aborted) throw thrown;
    return { error: asProblem(thrown).toData() as unknown as Json };
  }
}
