import type { Engine, RunRecord } from '../api.ts';
import { formatDuration } from '../core/duration.ts';
import { noUsage } from '../core/message.ts';
import { fromData, Problem } from '../core/problem.ts';
import type { RunOptions } from './commands/run.ts';
import { exitCodes } from './exit-codes.ts';
import { showProgress, usageText } from './progress.ts';
import { readJson, readText } from './read-input.ts';
import { printProblem } from './report/failure.ts';
import { projectOption } from './report/project-option.ts';
import { printResult } from './report/result.ts';
import type { Terminal } from './terminal.ts';

/**
 * Runs a workflow to its end, showing its steps, and prints its output. An aborted signal cancels the run.
 * Throws Problem `invalid_request` for options that only agents have, and what admission throws.
 * @returns 0, or the exit code of the run's failure.
 */
export async function runWorkflow(
  engine: Engine,
  name: string,
  options: RunOptions,
  { terminal, signal }: { readonly terminal: Terminal; readonly signal: AbortSignal },
): Promise<number> {
  refuseAgentOptions(options);
  const input = await inputOf(options);
  const { idempotencyKey } = options;
  const { runId } = await engine.workflows.start(
    name,
    input,
    idempotencyKey === undefined ? {} : { idempotencyKey },
  );
  return followRun(engine, runId, options, { terminal, signal });
}

/**
 * Shows the steps of a run of this engine to its end, and prints its output. An aborted signal cancels the run.
 * @returns 0, or the exit code of the run's failure.
 */
export async function followRun(
  engine: Engine,
  runId: string,
  options: Pick<RunOptions, 'quiet' | 'json' | 'project'>,
  { terminal, signal }: { readonly terminal: Terminal; readonly signal: AbortSignal },
): Promise<number> {
  const progress = showProgress(terminal.err, { streamText: false });
  const cancel = (): void => void engine.runs.cancel(runId).catch(() => undefined);
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();
  for await (const event of engine.runs.subscribe(runId)) {
    if (options.quiet !== true) progress.show(event);
  }
  const record = await engine.runs.get(runId);
  if (options.json === true) terminal.out.line(JSON.stringify(resultOf(record), null, 2));
  else if (record.state === 'succeeded') printResult(record.output ?? null, terminal);
  return conclude(record, options, terminal);
}

function conclude(
  record: RunRecord,
  { quiet, project }: Pick<RunOptions, 'quiet' | 'project'>,
  terminal: Terminal,
): number {
  const { err } = terminal;
  const { runId, state, error, usage = noUsage, durationMs = 0 } = record;
  const figures = [formatDuration(durationMs), usageText(usage) ?? []].flat().join(', ');
  if (state === 'succeeded') {
    if (quiet !== true) err.line(err.colors.dim(`${runId} succeeded in ${figures}`));
    return exitCodes.ok;
  }
  const problem =
    error === undefined ? new Problem('workflow_failed', `the run is ${state}`) : fromData(error);
  printProblem(problem, terminal);
  err.line(
    `  run ${runId} ${state} after ${figures}; see: engine runs ${runId} --events${projectOption(project)}`,
  );
  return problem.exitCode;
}

function resultOf({
  runId,
  workflow,
  state,
  output,
  error,
  usage,
  durationMs,
}: RunRecord): Partial<RunRecord> {
  return {
    runId,
    workflow,
    state,
    ...(output === undefined ? {} : { output }),
    ...(error === undefined ? {} : { error }),
    usage: usage ?? noUsage,
    ...(durationMs === undefined ? {} : { durationMs }),
  };
}

async function inputOf({
  input,
  text,
}: RunOptions): Promise<Awaited<ReturnType<typeof readJson>> | undefined> {
  if (input !== undefined && text !== undefined) {
    throw new Problem('invalid_request', 'a workflow has one input; give --input or --text');
  }
  if (input !== undefined) return readJson(input, '--input');
  return text === undefined ? undefined : readText(text, '--text');
}

function refuseAgentOptions(options: RunOptions): void {
  for (const name of ['instance', 'session', 'model'] as const) {
    if (options[name] !== undefined) {
      throw new Problem('invalid_request', `--${name} is for agents; a workflow says it in its steps`);
    }
  }
}
