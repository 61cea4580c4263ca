import { formatDuration } from '../core/duration.ts';
import type { Json } from '../core/json.ts';
import type { Usage } from '../core/message.ts';
import { Problem } from '../core/problem.ts';
import type { RunContext } from '../ports/durable.ts';
import type { Scope } from '../expr/index.ts';
import type { Step } from '../program/step.ts';
import type { Workflow } from '../program/workflow.ts';
import { childController, problemOf, withinTime } from './abort.ts';
import { checkValue } from './check-value.ts';
import type { Frame } from './frame.ts';
import { runSteps } from './run-steps.ts';
import { rootScope, type StepViews } from './scope.ts';
import { limitProblem, spending, type Spending } from './spending.ts';
import { stepEvents } from './step-events.ts';

/** What a run gets from its surroundings. */
export interface RunOptions {
  /** The variables that `env` shows. */
  readonly env: Readonly<Record<string, string>>;
  /** Told the usage and the model calls so far whenever it grows, replayed steps included, so that the usage of a failed run is known too. */
  readonly onUsage?: (usage: Usage, modelCalls: number) => void;
  /** Told of every step before its condition is asked, replayed ones included, with what it sees at that moment. */
  readonly onStep?: (step: Step, path: string, scope: Scope) => void;
}

/** How a run succeeded. */
export interface RunOutcome {
  readonly output: Json;
  /** The sum over all steps, replayed ones included. */
  readonly usage: Usage;
}

/**
 * Runs a workflow to its end: checks the input, runs the steps, checks the output. Given the checkpoints of an earlier, interrupted
 * call it goes on where that one was. All that it started has ended when it settles.
 * Throws the Problem the run fails with: `invalid_input`, `output_invalid`, `limit_reached`, `timeout`, the reason of
 * `context.signal` (`cancelled` when that is no Problem), or the problem of the step that failed.
 */
export async function runWorkflow(
  workflow: Workflow,
  input: Json,
  context: RunContext,
  options: RunOptions,
): Promise<RunOutcome> {
  const what = `of workflow "${workflow.name}"`;
  const { activities } = context;
  const spent: Spending = spending({ add: () => options.onUsage?.(spent.usage, spent.modelCalls) });
  const events = stepEvents(context);
  try {
    const checkedInput = checkValue(
      activities,
      workflow.inputSchema,
      input,
      'invalid_input',
      `input ${what}`,
    );
    const output = await withinTime(context, left(workflow.timeoutMs), context.signal, late, (outer) =>
      withinTime(context, left(workflow.limits.durationMs), outer, tooLong, (signal) =>
        run(checkedInput, signal),
      ),
    );
    return {
      output: checkValue(activities, workflow.outputSchema, output, 'output_invalid', `output ${what}`),
      usage: spent.usage,
    };
  } catch (thrown) {
    throw problemOf(thrown, context.signal);
  }

  async function run(checkedInput: Json, signal: AbortSignal): Promise<Json> {
    const { controller, release } = childController(signal);
    const steps: StepViews = {};
    const frame: Frame = {
      run: {
        context,
        workflow,
        spent,
        stop: (problem) => controller.abort(problem),
        ...(options.onStep === undefined ? {} : { onStep: options.onStep }),
        runSteps,
      },
      scope: rootScope(workflow, checkedInput, context, options.env, steps),
      steps,
      prefix: '',
      again: '',
      signal: controller.signal,
      events,
      spent,
    };
    try {
      const flow = await runSteps(workflow.steps, frame);
      return flow.returned || workflow.output === undefined
        ? flow.output
        : workflow.output.evaluate(frame.scope);
    } catch (thrown) {
      throw problemOf(thrown, controller.signal);
    } finally {
      release();
    }
  }

  /** What a crash took from the time of a run is gone. */
  function left(ms: number | undefined): number | undefined {
    return ms === undefined ? undefined : Math.max(0, ms - context.age());
  }

  function late(): Problem {
    const ms = workflow.timeoutMs ?? 0;
    const message = `workflow "${workflow.name}" took longer than ${formatDuration(ms)}`;
    return new Problem('timeout', message, { details: { timeoutMs: ms } });
  }

  function tooLong(): Problem {
    const ms = workflow.limits.durationMs ?? 0;
    const used = Math.round(context.age());
    return limitProblem(
      'durationMs',
      used,
      ms,
      `the run took longer than its limit of ${formatDuration(ms)}`,
    );
  }
}
