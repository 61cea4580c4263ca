import { noUsage } from '../core/message.ts';
import type { Problem } from '../core/problem.ts';
import { abortProblem } from './abort.ts';
import { attempt, type Tried } from './attempt.ts';
import { checkpoint, recall, spentOf, type RecoveredRecord, type SucceededRecord } from './checkpoint.ts';
import { checkValue } from './check-value.ts';
import type { Frame } from './frame.ts';
import { catchFor } from './recover.ts';
import { endRecovered, type Done } from './done.ts';
import { overspent, spending, usedUp, type Spending } from './spending.ts';
import { asksModel, doWork, isPatient, type WorkStep } from './steps/index.ts';
import type { Worked } from './steps/work.ts';

type WorkRecord = SucceededRecord | RecoveredRecord;

/**
 * Runs a step that does work, under a checkpoint of its path: a recorded step is not run again and sends no events.
 * A failure no `catch` takes is thrown and not recorded. Ends the run with `limit_reached` when a limit of the workflow is passed.
 */
export async function runWork(step: WorkStep, path: string, frame: Frame): Promise<Done> {
  const { context, workflow } = frame.run;
  const startedAt = context.elapsed();
  const record = isPatient(step)
    ? await wait(step, path, frame, startedAt)
    : await checkpoint(context, path, async () => {
        const before = frame.events.work(path, step.verb);
        const lost = spending();
        return settle(
          step,
          path,
          frame,
          { ...(await tryWork(step, path, frame, before, lost)), lost },
          startedAt,
        );
      });
  if (record.spent !== undefined) {
    frame.spent.add(record.spent.usage, record.spent.modelCalls);
    stopOver(frame, overspent(workflow.limits, frame.run.spent));
  }
  if (record.status === 'recovered') return endRecovered(step, path, record, frame, startedAt);
  const { status, output, attempts } = record;
  return { view: { output, status, error: null, attempts }, returned: false };
}

/** A step that waits is no work while it does, so that the run shows that it waits; only how it ends is recorded. */
async function wait(step: WorkStep, path: string, frame: Frame, startedAt: number): Promise<WorkRecord> {
  const { context } = frame.run;
  const recorded = recall<WorkRecord>(context, path);
  if (recorded !== undefined) return recorded;
  frame.events.enter(path, step.verb);
  const lost = spending();
  const tried = { ...(await tryWork(step, path, frame, 0, lost)), lost };
  return checkpoint(context, path, async () => settle(step, path, frame, tried, startedAt));
}

function tryWork(
  step: WorkStep,
  path: string,
  frame: Frame,
  before: number,
  lost: Spending,
): Promise<Tried<Worked>> {
  return attempt(
    // What waits does so through restarts, and sees to its timeout itself.
    isPatient(step) ? { ...step, timeoutMs: undefined } : step,
    path,
    frame,
    async (tries, signal) => {
      const at = { path, attempt: before + tries, tries, signal, lost: lost.add };
      const worked = await workWithinLimits(step, frame, at);
      try {
        return { ...worked, output: checkOutput(step, path, frame, worked) };
      } catch (thrown) {
        lost.add(worked.usage ?? noUsage, worked.modelCalls ?? 0);
        throw thrown;
      }
    },
    before,
  );
}

/** The record of a step that ended; its end is sent before the commit, so that a step that is recorded has all its events. */
function settle(
  step: WorkStep,
  path: string,
  frame: Frame,
  tried: Tried<Worked> & { readonly lost: Spending },
  startedAt: number,
): WorkRecord {
  const { attempts, lost } = tried;
  const { signal } = frame.run.context;
  // What is not recorded any more has not ended: the next start does it.
  if (signal.aborted && abortProblem(signal).code === 'shutting_down') throw abortProblem(signal);
  const durationMs = frame.run.context.elapsed() - startedAt;
  if (tried.ok) {
    const { output, usage, modelCalls, answer } = tried.value;
    if (answer !== undefined) frame.events.approval(path, 'approval_resolved', answer);
    frame.events.end(path, { status: 'succeeded', output, attempts, durationMs });
    lost.add(usage ?? noUsage, modelCalls ?? 0);
    const spent = spentOf(lost);
    return { status: 'succeeded', output, attempts, ...spent };
  }
  const { problem } = tried;
  const index = catchFor(step, problem, frame);
  if (index !== undefined)
    return { status: 'recovered', error: problem.toData(), attempts, catch: index, ...spentOf(lost) };
  frame.spent.add(lost.usage, lost.modelCalls);
  frame.events.end(path, { status: 'failed', error: problem.toData(), attempts, durationMs });
  throw problem;
}

function workWithinLimits(step: WorkStep, frame: Frame, at: Parameters<typeof doWork>[2]): Promise<Worked> {
  if (asksModel(step)) stopOver(frame, usedUp(frame.run.workflow.limits, frame.run.spent));
  return doWork(step, frame, at);
}

function checkOutput(step: WorkStep, path: string, frame: Frame, worked: Worked): Worked['output'] {
  // The model is held to the schema inside the activity, where it can be asked again.
  if (asksModel(step)) return worked.output;
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
