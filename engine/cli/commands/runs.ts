import type { RunRecord } from '../../api.ts';
import { formatDuration } from '../../core/duration.ts';
import { nextOf } from '../../core/next-of.ts';
import type { ExecutionState } from '../../core/status.ts';
import { allEvents } from '../all-events.ts';
import { exitCodes } from '../exit-codes.ts';
import { lookAtRuns, runIdOf, type OpenRuns } from '../open-runs.ts';
import { usageText } from '../usage-text.ts';
import { eventRow } from '../report/event-line.ts';
import { table } from '../report/table.ts';
import { printable, type Screen, type Terminal } from '../terminal.ts';
import type { WorkPlace } from '../use-store.ts';

/** Options of `engine runs`. */
export interface RunsOptions extends WorkPlace {
  readonly workflow?: string;
  readonly state?: readonly ExecutionState[];
  readonly limit: number;
  readonly before?: string;
  readonly events?: boolean;
  readonly json?: boolean;
}

/** Lists runs, newest first, or shows one; only reads, so that it works beside a running server. */
export async function runs(
  runId: string | undefined,
  options: RunsOptions,
  terminal: Terminal,
): Promise<number> {
  await lookAtRuns(options, terminal, (opened) =>
    runId === undefined ? list(opened, options, terminal) : show(opened, runId, options, terminal),
  );
  return exitCodes.ok;
}

async function list(opened: OpenRuns, options: RunsOptions, { out, err }: Terminal): Promise<void> {
  const { workflow, state, limit, before, json } = options;
  const found = await opened.list({
    limit,
    ...(workflow === undefined ? {} : { workflow }),
    ...(state === undefined ? {} : { states: state }),
    ...(before === undefined ? {} : { before }),
  });
  const next = nextOf(found, limit, ({ runId }) => runId);
  if (json === true) return out.line(JSON.stringify({ runs: found, next }, null, 2));
  if (found.length === 0) return err.line('no runs');
  const rows = found.map((run) => [run.runId, run.workflow, run.state, run.startedAt ?? '', durationOf(run)]);
  out.line(table([['RUN', 'WORKFLOW', 'STATE', 'STARTED', 'DURATION'], ...rows]));
  if (next !== null) err.line(`the newest ${limit}; older ones with --before ${next}`);
}

async function show(opened: OpenRuns, word: string, options: RunsOptions, { out }: Terminal): Promise<void> {
  const runId = await runIdOf(opened, word);
  const record = await opened.get(runId);
  const events = options.events === true ? await allEvents(opened, runId) : undefined;
  if (options.json === true) {
    return out.line(JSON.stringify({ ...record, ...(events === undefined ? {} : { events }) }, null, 2));
  }
  const { workflow, state, startedAt, endedAt, input, output, error, usage } = record;
  const rows: [string, string | undefined][] = [
    ['run', runId],
    ['workflow', workflow],
    ['made from', record.parent],
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
  for (const event of events) out.line(eventRow(event, out));
}

function durationOf({ durationMs }: RunRecord): string {
  return durationMs === undefined ? '' : formatDuration(durationMs);
}

function paintState(state: ExecutionState, { colors }: Screen): string {
  if (state === 'succeeded') return colors.green(state);
  return state === 'failed' ? colors.red(state) : colors.yellow(state);
}
