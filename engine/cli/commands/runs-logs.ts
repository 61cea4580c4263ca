import type { EngineEvent } from '../../core/event.ts';
import { Problem } from '../../core/problem.ts';
import type { ExecutionState } from '../../core/status.ts';
import { allEvents } from '../all-events.ts';
import { exitCodes } from '../exit-codes.ts';
import { followWork } from '../follow-work.ts';
import { lookAtRuns, runIdOf } from '../open-runs.ts';
import type { Terminal } from '../terminal.ts';
import { logLine } from '../report/event-line.ts';
import { untilInterrupted } from '../until-interrupted.ts';
import type { WorkPlace } from '../use-store.ts';

/** Options of `engine runs logs` and `engine runs follow`. */
export interface LogsOptions extends WorkPlace {
  readonly json?: boolean;
}

/** Prints what the steps of a run logged, and which of them failed. */
export async function logs(word: string, options: LogsOptions, terminal: Terminal): Promise<number> {
  const { runId, events } = await lookAtRuns(options, terminal, async (opened) => {
    const id = await runIdOf(opened, word);
    await opened.get(id);
    return { runId: id, events: (await allEvents(opened, id)).filter(isLog) };
  });
  if (options.json === true) terminal.out.line(JSON.stringify({ runId, events }, null, 2));
  else if (events.length === 0) terminal.err.line('nothing was logged, and nothing failed');
  else for (const event of events) terminal.out.line(logLine(event, terminal.out));
  return exitCodes.ok;
}

/**
 * Shows what happens in a run until it ends, then its output; with `json` each event is a line of JSON. Ctrl-C ends only the
 * showing.
 * @returns 0, or the exit code of the run's failure.
 */
export async function follow(word: string, options: LogsOptions, terminal: Terminal): Promise<number> {
  return untilInterrupted((signal) =>
    lookAtRuns(options, terminal, async (opened) =>
      followWork(opened, await runIdOf(opened, word), options, failedIn, terminal, signal),
    ),
  );
}

function failedIn(state: ExecutionState): Problem {
  return new Problem('workflow_failed', `the run is ${state}`);
}

function isLog({ type, data }: EngineEvent): boolean {
  return type === 'log' || type === 'error' || (type === 'step_end' && data.status === 'failed');
}
