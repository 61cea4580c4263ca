import { attempt } from './attempt.ts';
import { checkpoint, recall, spentOf, type RecoveredRecord } from './checkpoint.ts';
import { checkValue } from './check-value.ts';
import { endRecovered, type Done } from './done.ts';
import type { Frame } from './frame.ts';
import { catchFor } from './recover.ts';
import { spending } from './spending.ts';
import { runFlow, type FlowStep } from './steps/index.ts';

/**
 * Runs a step that only steers (a block, `return`, `fail`). It is evaluated anew on replay, from the records of the steps inside;
 * only a failure that its `catch` takes is recorded. A further attempt keeps what steps inside it have recorded.
 * Throws the Problem no `catch` takes.
 */
export async function runBlock(step: FlowStep, path: string, frame: Frame): Promise<Done> {
  const { context } = frame.run;
  const startedAt = context.elapsed();
  if (step.catch.length > 0) {
    const record = recall<RecoveredRecord>(context, path);
    if (record !== undefined) {
      if (record.spent !== undefined) frame.spent.add(record.spent.usage, record.spent.modelCalls);
      return endRecovered(step, path, record, frame, startedAt);
    }
  }
  frame.events.enter(path, step.verb);
  const spent = spending(frame.spent);
  const tried = await attempt(step, path, frame, async (tries, signal) => {
    const again = tries === 1 ? frame.again : `${frame.again}~${path}:${tries}`;
    const { output, returned } = await runFlow(step, path, { ...frame, signal, spent, again });
    return { returned, output: returned ? output : checkOutput(output) };
  });
  const { attempts } = tried;
  if (tried.ok) {
    const { output, returned } = tried.value;
    frame.events.end(path, {
      status: 'succeeded',
      output,
      attempts,
      durationMs: context.elapsed() - startedAt,
    });
    return { view: { output, status: 'succeeded', error: null, attempts }, returned };
  }
  const { problem } = tried;
  const index = catchFor(step, problem, frame);
  if (index === undefined) {
    const durationMs = context.elapsed() - startedAt;
    frame.events.end(path, { status: 'failed', error: problem.toData(), attempts, durationMs });
    throw problem;
  }
  const caught: RecoveredRecord = {
    status: 'recovered',
    error: problem.toData(),
    attempts,
    catch: index,
    ...spentOf(spent),
  };
  const record = await checkpoint(context, path, () => Promise.resolve(caught));
  return endRecovered(step, path, record, frame, startedAt);

  function checkOutput(output: Done['view']['output']): Done['view']['output'] {
    const what = `output of step "${path}"`;
    return checkValue(context.activities, step.outputSchema, output, 'output_invalid', what);
  }
}
