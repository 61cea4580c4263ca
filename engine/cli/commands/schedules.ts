import type { RunRecord, ScheduleFired, ScheduleRecord } from '../../api.ts';
import { terminalEvents, type EngineEvent } from '../../core/event.ts';
import { fromData } from '../../core/problem.ts';
import { clientAt } from '../client-at.ts';
import { exitCodes } from '../exit-codes.ts';
import { printProblem } from '../report/failure.ts';
import { printResult } from '../report/result.ts';
import { table } from '../report/table.ts';
import { refuseTapeAt, tapeOf, type TapeOptions } from '../tape-options.ts';
import type { Terminal } from '../terminal.ts';
import { actOnStore, adviseServer, lookAtStore, type WorkPlace } from '../use-store.ts';

/** Options of `engine schedules`. */
export interface SchedulesOptions extends WorkPlace, TapeOptions {
  readonly json?: boolean;
}

/** Lists schedules; only reads, so that it works beside a running server. */
export async function listSchedules(options: SchedulesOptions, terminal: Terminal): Promise<number> {
  const { out, err } = terminal;
  const { project, server } = options;
  const found =
    server === undefined
      ? await lookAtStore(project, undefined, terminal, ({ schedules }) => schedules.list())
      : await clientAt(server).schedules.list();
  if (options.json === true) out.line(JSON.stringify({ schedules: found }, null, 2));
  else if (found.length === 0) err.line('no schedules; put them in src/schedules');
  else out.line(table([['SCHEDULE', 'WHEN', 'ZONE', 'STARTS', 'LAST', 'NEXT'], ...found.map(rowOf)]));
  return exitCodes.ok;
}

function rowOf({ name, cron, timezone, workflow, agent, last, next }: ScheduleRecord): string[] {
  const target = workflow === undefined ? `agent ${agent ?? ''}` : `workflow ${workflow}`;
  return [name, cron, timezone, target, last?.time ?? '', next ?? 'off'];
}

/** Fires a schedule and waits for what it started. Throws Problem `store_locked` while a server that is not named is at work on the store. */
export async function triggerSchedule(
  name: string,
  options: SchedulesOptions,
  terminal: Terminal,
): Promise<number> {
  const { project, server } = options;
  if (server !== undefined) {
    refuseTapeAt(server, options);
    const { schedules, runs, submissions } = clientAt(server);
    const fired = await schedules.trigger(name);
    const events = 'runId' in fired ? runs.stream(fired.runId) : submissions.stream(fired.submissionId);
    return tell(fired, await outcomeOf({ runs, submissions }, fired, events), options, terminal);
  }
  return actOnStore(project, tapeOf(options), terminal, async ({ schedules, runs, submissions }) => {
    const fired = await schedules.trigger(name);
    const events = 'runId' in fired ? runs.subscribe(fired.runId) : submissions.subscribe(fired.submissionId);
    return tell(fired, await outcomeOf({ runs, submissions }, fired, events), options, terminal);
  }).catch(adviseServer);
}

type Outcome = Pick<RunRecord, 'state' | 'output' | 'error'>;

interface Works {
  readonly runs: { get(id: string): Promise<Outcome> };
  readonly submissions: { get(id: string): Promise<Outcome> };
}

/** What came of the work behind its events. */
async function outcomeOf(
  { runs, submissions }: Works,
  fired: ScheduleFired,
  events: AsyncIterable<EngineEvent>,
): Promise<Outcome> {
  for await (const { type } of events) if (terminalEvents.includes(type)) break;
  return 'runId' in fired ? runs.get(fired.runId) : submissions.get(fired.submissionId);
}

function tell(
  fired: ScheduleFired,
  { state, output, error }: Outcome,
  { json }: SchedulesOptions,
  terminal: Terminal,
): number {
  if (json === true)
    terminal.out.line(
      JSON.stringify({ ...fired, state, ...(error === undefined ? { output } : { error }) }, null, 2),
    );
  else if (error === undefined) printResult(output ?? null, terminal);
  if (error === undefined) return exitCodes.ok;
  const problem = fromData(error);
  printProblem(problem, terminal);
  return problem.exitCode;
}
