import type { EngineEvent } from '../core/event.ts';
import type { Json } from '../core/json.ts';
import { fromData, type Problem, type ProblemData } from '../core/problem.ts';
import { isTerminal, type ExecutionState } from '../core/status.ts';
import { exitCodes } from './exit-codes.ts';
import { showProgress } from './progress.ts';
import { printProblem } from './report/failure.ts';
import { printResult } from './report/result.ts';
import type { Terminal } from './terminal.ts';

/** Runs or messages to agents that can be followed. */
export interface Followed {
  get(id: string): Promise<{
    readonly state: ExecutionState;
    readonly output?: Json | undefined;
    readonly error?: ProblemData | undefined;
  }>;
  /** Stored events after an index and those that come, until the end. */
  follow(id: string, after: number, signal: AbortSignal): AsyncIterable<EngineEvent>;
}

/** How it is shown. */
export interface FollowOptions {
  /** Each event as a line of JSON, and nothing else. */
  readonly json?: boolean;
  /** No progress. */
  readonly quiet?: boolean;
}

/**
 * Shows what happens in a run or with a message until it ends or the signal aborts, then what came of it.
 * @param failed the failure of what ended in a state without saying why.
 * @returns 0, the exit code of its failure, or 130 where it goes on without being watched.
 */
export async function followWork(
  { get, follow }: Followed,
  id: string,
  { json = false, quiet = false }: FollowOptions,
  failed: (state: ExecutionState) => Problem,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  await get(id);
  const progress = showProgress(terminal.err, { streamText: false });
  for await (const event of follow(id, 0, signal)) {
    if (json) terminal.out.line(JSON.stringify(event));
    else if (!quiet) progress.show(event);
  }
  const { state, output = null, error } = await get(id);
  if (!isTerminal(state)) return exitCodes.interrupted;
  if (state === 'succeeded') {
    if (!json) printResult(output, terminal);
    return exitCodes.ok;
  }
  const problem = error === undefined ? failed(state) : fromData(error);
  printProblem(problem, terminal);
  return problem.exitCode;
}
