import { formatDuration } from '../core/duration.ts';
import { toJson, type Json } from '../core/json.ts';
import { Problem } from '../core/problem.ts';
import type { CodeWorkflow } from '../ports/code-workflow.ts';
import type { RunContext } from '../ports/durable.ts';
import type { Workflow } from '../program/workflow.ts';
import { abortProblem, childController, problemOf, withinTime } from './abort.ts';
import { checkValue } from './check-value.ts';
import { codeContext } from './code-context.ts';
import type { RunOptions, RunOutcome } from './run.ts';
import { spending, type Spending } from './spending.ts';

/**
 * Runs a workflow in code to its end, as `runWorkflow` does a declared one. Code that ignores its signal is left behind when the run is
 * stopped, and what it asks for later fails. Throws like `runWorkflow`; what the code throws is `workflow_failed`.
 */
export async function runCode(
  workflow: Workflow,
  code: CodeWorkflow,
  input: Json,
  context: RunContext,
  options: RunOptions,
): Promise<RunOutcome> {
  const what = `of workflow "${workflow.name}"`;
  const { activities } = context;
  const spent: Spending = spending({ add: () => options.onUsage?.(spent.usage, spent.modelCalls) });
  try {
    const checked = checkValue(activities, code.inputSchema, input, 'invalid_input', `input ${what}`);
    const given = await withinTime(context, workflow.timeoutMs, context.signal, late, (signal) =>
      work(checked, signal),
    );
    const output = checkValue(
      activities,
      code.outputSchema,
      jsonOf(given),
      'output_invalid',
      `output ${what}`,
    );
    return { output, usage: spent.usage };
  } catch (thrown) {
    throw problemOf(thrown, context.signal);
  }

  async function work(checked: Json, parent: AbortSignal): Promise<unknown> {
    const { controller, release } = childController(parent);
    const { signal } = controller;
    const stopped = new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(abortProblem(signal)), { once: true });
    });
    stopped.catch(() => undefined);
    const seen = codeContext(workflow, checked, { ...context, signal }, options.env, spent);
    try {
      return await Promise.race([Promise.resolve().then(() => code.run(seen)), stopped]);
    } catch (thrown) {
      throw failureOf(thrown);
    } finally {
      release();
      // What the code started and did not wait for ends with it.
      controller.abort(new Problem('cancelled', 'the workflow has ended'));
    }
  }

  function jsonOf(value: unknown): Json {
    try {
      return value === undefined ? null : toJson(value);
    } catch (thrown) {
      const why = thrown instanceof Error ? thrown.message : String(thrown);
      throw new Problem('output_invalid', `output ${what} is not JSON: ${why}`);
    }
  }

  function failureOf(thrown: unknown): Problem {
    if (thrown instanceof Problem) return thrown;
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    return new Problem('workflow_failed', `workflow "${workflow.name}" failed: ${why}`, { cause: thrown });
  }

  function late(ms: number): Problem {
    const message = `workflow "${workflow.name}" took longer than ${formatDuration(ms)}`;
    return new Problem('timeout', message, { details: { timeoutMs: ms } });
  }
}
