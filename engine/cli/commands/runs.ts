import type { Engine, RunRecord } from '../../api.ts';
import { formatDuration } from '../../core/duration.ts';
import type { EngineEvent } from '../../core/event.ts';
import { Problem } from '../../core/problem.ts';
import type { ExecutionState } from '../../core/status.ts';
import { choices } from '../../core/suggest.ts';
import { createEngine } from '../../engine.ts';
import { exitCodes } from '../exit-codes.ts';
import { openProgram } from '../open-program.ts';
import { usageText } from '../progress.ts';
import { table } from '../report/table.ts';
import { printable, type Screen, type Terminal } from '../terminal.ts';

/** Options of `engine runs`. */
export interface RunsOptions {
  readonly workflow?: string;
  readonly state?: ExecutionState;
  readonly limit: number;
  readonly events?: boolean;
  readonly project: string;
  readonly json?: boolean;
}

/** Lists runs, newest first, or shows one; only reads, so that it works beside a running server. */
export async function runs(
  runId: string | undefined,
  options: RunsOptions,
  terminal: Terminal,
): Promise<number> {
  const program = await openProgram(options.project, terminal);
  const engine = await createEngine({ program, readOnly: true });
  try {
    if (program.settings.store.type === 'memory') {
      terminal.err.line(
        'runs are kept in memory (store.type in engine.yaml), so those of other processes are not seen',
      );
    }
    if (runId === undefined) await list(engine, options, terminal);
    else await show(engine, runId, options, terminal);
    return exitCodes.ok;
  } finally {
    await engine.close();
  }
}

async function list(engine: Engine, options: RunsOptions, { out, err }: Terminal): Promise<void> {
  const { workflow, state, limit, json } = options;
  const found = await engine.runs.list({
    limit,
    ...(workflow === undefined ? {} : { workflow }),
    ...(state === undefined ? {} : { states: [state] }),
  });
  if (found.length === 0 && workflow !== undefined) refuseUnknown(engine, workflow);
  if (json === true) return out.line(JSON.stringify({ runs: found }, null, 2));
  if (found.length === 0) return err.line('no runs');
  const rows = found.map((run) => [run.runId, run.workflow, run.state, run.startedAt ?? '', durationOf(run)]);
  out.line(table([['RUN', 'WORKFLOW', 'STATE', 'STARTED', 'DURATION'], ...rows]));
  if (found.length === limit) err.line(`the newest ${limit}; more with --limit`);
}

/** A workflow that has gone may have left runs, so its name is only doubted when there are none. */
function refuseUnknown({ program }: Engine, workflow: string): void {
  if (Object.hasOwn(program.workflows, workflow)) return;
  throw new Problem(
    'workflow_not_found',
    `no workflow "${workflow}"${choices(workflow, Object.keys(program.workflows))}`,
  );
}

async function show(engine: Engine, runId: string, options: RunsOptions, { out }: Terminal): Promise<void> {
  const record = await engine.runs.get(runId);
  const events = options.events === true ? await allEvents(engine, runId) : undefined;
  if (options.json === true) {
    return out.line(JSON.stringify({ ...record, ...(events === undefined ? {} : { events }) }, null, 2));
  }
  const { workflow, state, startedAt, endedAt, input, output, error, usage } = record;
  const rows: [string, string | undefined][] = [
    ['run', runId],
    ['workflow', workflow],
    ['state', paintState(state, out)],
    ['started', startedAt],
    ['ended', endedAt],
    ['duration', durationOf(record)],
    ['usage', usage === undefined ? undefined : usageText(usage)],
    ['input', printable(JSON.stringify(input))],
    ['output', output === undefined ? undefined : printable(JSON.stringify(output))],
    ['error', error === undefined ? undefined : `${error.type}: ${printable(error.message)}`],
  ];
  out.line(
    table(rows.flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, value]]))),
  );
  if (events === undefined) return;
  out.line();
  for (const event of events) out.line(eventLine(event, out));
}

async function allEvents(engine: Engine, runId: string): Promise<readonly EngineEvent[]> {
  const events: EngineEvent[] = [];
  for (;;) {
    const page = await engine.runs.events(runId, { after: events.at(-1)?.index ?? 0 });
    if (page.length === 0) return events;
    events.push(...page);
  }
}

function eventLine({ index, timestamp, type, stepPath, data }: EngineEvent, { colors }: Screen): string {
  const step = stepPath === undefined ? '' : ` ${colors.bold(printable(stepPath))}`;
  return `${String(index).padStart(4)} ${colors.dim(timestamp)} ${type}${step} ${colors.dim(printable(JSON.stringify(data)))}`;
}

function durationOf({ durationMs }: RunRecord): string {
  return durationMs === undefined ? '' : formatDuration(durationMs);
}

function paintState(state: ExecutionState, { colors }: Screen): string {
  if (state === 'succeeded') return colors.green(state);
  return state === 'failed' ? colors.red(state) : colors.yellow(state);
}
