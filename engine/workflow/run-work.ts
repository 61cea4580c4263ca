import { noUsage } from '../core/message.ts';
import type { Problem } from '../core/problem.ts';
import { attempt, type Tried } from './attempt.ts';
import { checkpoint, spentOf, type RecoveredRecord, type SucceededRecord } from './checkpoint.ts';
import { checkValue } from './check-value.ts';
import type { Frame } from './frame.ts';
import { catchFor } from './recover.ts';
import { endRecovered, type Done } from './done.ts';
import { overspent, usedUp } from './spending.ts';
import { doWork, type WorkStep } from './steps/index.ts';
import type { Worked } from './steps/work.ts';

/**
 * Runs a step that does work, under a checkpoint of its path: a recorded step is not run again and sends no events.
 * A failure no `catch` takes is thrown and not recorded. Ends the run with `limit_reached` when a limit of the workflow is passed.
 */
export async function runWork(step: WorkStep, path: string, frame: Frame): Promise<Done> {
  const { context, workflow } = frame.run;
  const startedAt = context.elapsed();
  const record = await checkpoint(context, path, () => {
    frame.events.work(path, step.verb);
    return tryWork(step, path, frame, startedAt);
  });
  if (record.spent !== undefined) {
    frame.spent.add(record.spent.usage, record.spent.modelCalls);
    stopOver(frame, overspent(workflow.limits, frame.run.spent));
  }
  if (record.status === 'recovered') return endRecovered(step, path, record, frame, startedAt);
  const { status, output, attempts } = record;
  return { view: { output, status, error: null, attempts }, returned: false };
}

async function tryWork(
  step: WorkStep,
  path: string,
  frame: Frame,
  startedAt: number,
): Promise<SucceededRecord | RecoveredRecord> {
  const { context } = frame.run;
  const tried = await attempt(step, path, frame, async (number, signal) => {
    const worked = await workWithinLimits(step, frame, { path, attempt: number, signal });
    return { ...worked, output: checkOutput(step, path, frame, worked) };
  });
  if (tried.ok) {
    const { output, usage, modelCalls } = tried.value;
    const durationMs = context.elapsed() - startedAt;
    // Sent before the commit, so that a step that is recorded has all its events.
    frame.events.end(path, { status: 'succeeded', output, attempts: tried.attempts, durationMs });
    const spent = spentOf({ usage: usage ?? noUsage, modelCalls: modelCalls ?? 0 });
    return { status: 'succeeded', output, attempts: tried.attempts, ...spent };
  }
  return failOrRecover(step, path, frame, tried, startedAt);
}

function failOrRecover(
  step: WorkStep,
  path: string,
  frame: Frame,
  tried: Extract<Tried<unknown>, { ok: false }>,
  startedAt: number,
): RecoveredRecord {
  const { problem, attempts } = tried;
  const index = catchFor(step, problem, frame);
  if (index !== undefined) return { status: 'recovered', error: problem.toData(), attempts, catch: index };
  const durationMs = frame.run.context.elapsed() - startedAt;
  frame.events.end(path, { status: 'failed', error: problem.toData(), attempts, durationMs });
  throw problem;
}

function workWithinLimits(step: WorkStep, frame: Frame, at: Parameters<typeof doWork>[2]): Promise<Worked> {
  const asksModel = step.verb === 'prompt' || step.verb === 'agent';
  if (asksModel) stopOver(frame, usedUp(frame.run.workflow.limits, frame.run.spent));
  return doWork(step, frame, at);
}

function checkOutput(step: WorkStep, path: string, frame: Frame, worked: Worked): Worked['output'] {
  // The model is held to the schema inside the activity, where it can be asked again.
  if (step.verb === 'prompt' || step.verb === 'agent') return worked.output;
  return checkValue(
    frame.run.context.activities,
    step.outputSchema,
    worked.output,
    'output_invalid',
    `output of step "${path}"`,
  );
}

function stopOver(frame: Frame, problem: Problem | undefined): void {
  if (problem === undefined) return;
  frame.run.stop(problem);
  throw problem;
}
