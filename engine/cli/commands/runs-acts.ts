import { exitCodes } from '../exit-codes.ts';
import { watchInterrupts } from '../interrupt.ts';
import { actOnRuns, runIdOf, type RunActs } from '../open-runs.ts';
import { followRun } from '../run-workflow.ts';
import type { TapeOptions } from '../tape-options.ts';
import type { Terminal } from '../terminal.ts';
import type { WorkPlace } from '../use-store.ts';

/** Options of the commands that act on runs. */
export interface RunActOptions extends WorkPlace, TapeOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  /** False with `--no-wait`. */
  readonly wait?: boolean;
}

/** Asks a run to stop. */
export async function cancel(word: string, options: RunActOptions, terminal: Terminal): Promise<number> {
  const { runId, cancelled } = await actOnRuns(options, terminal, async (runs) => {
    const id = await runIdOf(runs, word);
    return { runId: id, cancelled: await runs.cancel(id) };
  });
  if (options.json === true) terminal.out.line(JSON.stringify({ runId, cancelled }, null, 2));
  else terminal.err.line(cancelled ? `${runId} is cancelled` : `${runId} had ended already`);
  return exitCodes.ok;
}

/**
 * Has a run go on, or starts one made from another one. Without a server it is carried out here: its steps are shown, its output is printed, and
 * Ctrl-C cancels it. A server is only told to start it.
 * @returns 0, or the exit code of the new run's failure.
 */
export async function again(
  word: string,
  start: (runs: RunActs, runId: string) => ReturnType<RunActs['redrive']>,
  options: RunActOptions,
  terminal: Terminal,
): Promise<number> {
  const interrupt = watchInterrupts();
  try {
    return await actOnRuns(options, terminal, async (runs) => {
      const { runId, acceptedAt } = await start(runs, await runIdOf(runs, word));
      const { signal } = interrupt;
      if (runs.engine !== undefined) {
        if (options.quiet !== true) terminal.err.line(terminal.err.colors.dim(runId));
        const exitCode = await followRun(runs.engine, runId, options, { terminal, interrupt });
        return signal.aborted ? exitCodes.interrupted : exitCode;
      }
      terminal.out.line(options.json === true ? JSON.stringify({ runId, acceptedAt }, null, 2) : runId);
      return exitCodes.ok;
    });
  } finally {
    interrupt.release();
  }
}
