import type { Engine, ScheduleFired, ScheduleRecord } from '../../api.ts';
import { fromData } from '../../core/problem.ts';
import { exitCodes } from '../exit-codes.ts';
import { printProblem } from '../report/failure.ts';
import { printResult } from '../report/result.ts';
import { table } from '../report/table.ts';
import { tapeOf, type TapeOptions } from '../tape-options.ts';
import type { Terminal } from '../terminal.ts';
import { actOnStore, lookAtStore } from '../use-store.ts';

/** Options of `engine schedules`. */
export interface SchedulesOptions extends TapeOptions {
  readonly project: string;
  readonly json?: boolean;
}

/** Lists schedules; only reads, so that it works beside a running server. */
export async function listSchedules(options: SchedulesOptions, terminal: Terminal): Promise<number> {
  const { out, err } = terminal;
  const found = await lookAtStore(options.project, undefined, terminal, ({ schedules }) => schedules.list());
  if (options.json === true) out.line(JSON.stringify({ schedules: found }, null, 2));
  else if (found.length === 0) err.line('no schedules; put them in src/schedules');
  else out.line(table([['SCHEDULE', 'WHEN', 'ZONE', 'STARTS', 'LAST', 'NEXT'], ...found.map(rowOf)]));
  return exitCodes.ok;
}

function rowOf({ name, cron, timezone, workflow, agent, last, next }: ScheduleRecord): string[] {
  const target = workflow === undefined ? `agent ${agent ?? ''}` : `workflow ${workflow}`;
  return [name, cron, timezone, target, last?.time ?? '', next ?? 'off'];
}

/** Fires a schedule and waits for what it started. Throws Problem `store_locked` while a server is at work on the store. */
export async function triggerSchedule(
  name: string,
  options: SchedulesOptions,
  terminal: Terminal,
): Promise<number> {
  return actOnStore(options.project, tapeOf(options), terminal, async (engine) => {
    const fired = await engine.schedules.trigger(name);
    const { state, output, error } = await outcomeOf(engine, fired);
    if (options.json === true)
      terminal.out.line(
        JSON.stringify({ ...fired, state, ...(error === undefined ? { output } : { error }) }, null, 2),
      );
    else if (error === undefined) printResult(output ?? null, terminal);
    if (error === undefined) return exitCodes.ok;
    const problem = fromData(error);
    printProblem(problem, terminal);
    return problem.exitCode;
  });
}

async function outcomeOf(
  engine: Engine,
  fired: ScheduleFired,
): Promise<Pick<Awaited<ReturnType<Engine['runs']['get']>>, 'state' | 'output' | 'error'>> {
  if ('runId' in fired) return engine.runs.wait(fired.runId);
  for await (const event of engine.submissions.subscribe(fired.submissionId))
    if (event.type === 'submission_end') break;
  return engine.submissions.get(fired.submissionId);
}
