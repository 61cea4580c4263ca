import { formatDuration } from '../../core/duration.ts';
import { failpoint } from '../../core/failpoint.ts';
import { Problem } from '../../core/problem.ts';
import type { WorkflowStep } from '../../program/step.ts';
import { childController } from '../abort.ts';
import type { Frame } from '../frame.ts';
import { now } from '../now.ts';
import { leftOf } from '../spending.ts';
import { callOf, waitKey, type At, type Worked } from './work.ts';

/**
 * Runs another workflow as a run of its own and waits for it; the output and the failure are that run's. A further attempt is a
 * further run. What stops the step, or its timeout, cancels the run.
 */
export async function runChild(step: WorkflowStep, frame: Frame, at: At): Promise<Worked> {
  const { context } = frame.run;
  const input = step.with?.evaluate(frame.scope) ?? {};
  const call = callOf(step, frame, at);
  const again = frame.again + (at.tries === 1 ? '' : `~${at.tries}`);
  const own = step.idempotencyKey === undefined;
  const key = own ? call.idempotencyKey + again : call.idempotencyKey;
  return withinTimeSince(step, frame, at, async (signal) => {
    await failpoint('child.spawn');
    const { output, usage, modelCalls } = await context.waitFor((called) =>
      context.activities.workflow(
        { ...call, idempotencyKey: key, signal, called },
        { workflow: step.workflow, input, left: leftOf(frame.run.workflow.limits, frame.run.spent) },
      ),
    );
    await failpoint('child.join');
    return { output, usage, modelCalls };
  });
}

/** Work under a deadline that counts from the first time the step began, restarts included. */
async function withinTimeSince<T>(
  { timeoutMs }: WorkflowStep,
  frame: Frame,
  at: At,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (timeoutMs === undefined) return work(at.signal);
  const { context } = frame.run;
  const began = Number(await context.step(waitKey(frame, at, 'began'), async () => now(context)));
  const { controller, release } = childController(at.signal);
  // A clock that was set back gives no more time than there was.
  const leftMs = Math.max(0, Math.min(timeoutMs, began + timeoutMs - now(context)));
  const deadline = context.deadline(leftMs, at.signal);
  const onLate = (): void =>
    controller.abort(
      new Problem('timeout', `step "${at.path}" took longer than ${formatDuration(timeoutMs)}`, {
        details: { timeoutMs },
      }),
    );
  deadline.signal.addEventListener('abort', onLate, { once: true });
  try {
    return await work(controller.signal);
  } finally {
    release();
    deadline.cancel();
  }
}
