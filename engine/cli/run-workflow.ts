import type { Approval, Engine, RunRecord } from '../api.ts';
import { formatDuration } from '../core/duration.ts';
import { noUsage } from '../core/message.ts';
import { fromData, Problem } from '../core/problem.ts';
import type { RunOptions } from './commands/run.ts';
import { exitCodes } from './exit-codes.ts';
import type { Interrupt } from './interrupt.ts';
import { personAt } from './person.ts';
import { showProgress } from './progress.ts';
import { usageText } from './usage-text.ts';
import { attend } from './questions/attend.ts';
import { holdBack } from './questions/hold-back.ts';
import { askerOf, howToAnswer } from './questions/how-to-answer.ts';
import { readJson, readText } from './read-input.ts';
import { printProblem } from './report/failure.ts';
import { projectOption } from './report/project-option.ts';
import { printResult } from './report/result.ts';
import type { Terminal } from './terminal.ts';

/** Where a run is carried out: what it shows goes there, and there it is stopped. */
interface Surroundings {
  readonly terminal: Terminal;
  readonly interrupt: Interrupt;
}

/** How to follow a run. */
type FollowOptions = Pick<RunOptions, 'quiet' | 'json' | 'project' | 'wait'>;

/**
 * Runs a workflow to its end, showing its steps, and prints its output. An interrupt cancels the run.
 * Throws Problem `invalid_request` for options that only agents have, and what admission throws.
 * @returns 0, or the exit code of the run's failure.
 */
export async function runWorkflow(
  engine: Engine,
  name: string,
  options: RunOptions,
  surroundings: Surroundings,
): Promise<number> {
  refuseAgentOptions(options);
  const input = await inputOf(options);
  const { idempotencyKey } = options;
  const { runId } = await engine.workflows.start(
    name,
    input,
    idempotencyKey === undefined ? {} : { idempotencyKey },
  );
  return followRun(engine, runId, options, surroundings);
}

/**
 * Shows the steps of a run of this engine to its end, and prints its output. What its steps ask people is asked on the terminal;
 * without one it is said how to answer, or the run is left there. An interrupt cancels the run.
 * @returns 0, the exit code of the run's failure, or that of a run that was left.
 */
export async function followRun(
  engine: Engine,
  runId: string,
  options: FollowOptions,
  { terminal, interrupt }: Surroundings,
): Promise<number> {
  const progress = showProgress(terminal.err, { streamText: false });
  const cancel = (): void => void engine.runs.cancel(runId).catch(() => undefined);
  interrupt.signal.addEventListener('abort', cancel, { once: true });
  if (interrupt.signal.aborted) cancel();
  const stop = new AbortController();
  const shown = holdBack(options.quiet === true ? () => undefined : progress.show);
  const attending = attend(
    engine,
    runId,
    {
      terminal,
      project: options.project,
      person: personAt(terminal),
      leaves: options.wait === false,
      asking: shown.hold,
      gaveUp: interrupt.stop,
    },
    stop.signal,
  ).finally(() => stop.abort());
  // Who cannot attend to it does not show it either; the failure is told below.
  attending.catch(() => undefined);
  for await (const event of engine.runs.subscribe(runId, { signal: stop.signal })) shown.show(event);
  stop.abort();
  const open = await attending;
  const record = await engine.runs.get(runId);
  if (options.json === true)
    terminal.out.line(JSON.stringify({ ...resultOf(record), ...approvalsOf(open) }, null, 2));
  else if (record.state === 'succeeded') printResult(record.output ?? null, terminal);
  return open.length > 0 ? leave(runId, open, options, terminal) : conclude(record, options, terminal);
}

function approvalsOf(open: readonly Approval[]): object {
  return open.length === 0 ? {} : { approvals: open };
}

/** Says how a run goes on that is left. */
function leave(
  runId: string,
  open: readonly Approval[],
  { project }: FollowOptions,
  { err }: Terminal,
): number {
  for (const question of open)
    err.line(
      `"${question.step}" of ${askerOf(question)} waits for an answer: ${howToAnswer(question, { project })}`,
    );
  err.line(`then go on with: engine runs resume ${runId}${projectOption(project)}`);
  return exitCodes.waiting;
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
  if (input !== undefined) return readJson(input, '--input', '; for plain text use --text');
  return text === undefined ? undefined : readText(text, '--text');
}

function refuseAgentOptions(options: RunOptions): void {
  for (const name of ['instance', 'session', 'model', 'role', 'thinking', 'file'] as const) {
    if (options[name] !== undefined) {
      throw new Problem('invalid_request', `--${name} is for agents; a workflow says it in its steps`);
    }
  }
}
