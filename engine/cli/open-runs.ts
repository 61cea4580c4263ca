import type { Engine, Explanation, RunReceipt, RunRecord } from '../api.ts';
import type { EngineEvent } from '../core/event.ts';
import { asProblem, Problem } from '../core/problem.ts';
import type { ExecutionState } from '../core/status.ts';
import { createEngine } from '../engine.ts';
import type { Program } from '../program/program.ts';
import { clientAt } from './client-at.ts';
import { followStored } from './follow-stored.ts';
import { openProgram } from './open-program.ts';
import { refuseTapeAt, tapeOf, type TapeOptions } from './tape-options.ts';
import type { Terminal } from './terminal.ts';

/** Where runs are: at a server, or in the store of a project. */
export interface RunsPlace {
  readonly project: string;
  /** Address of a server, for example `http://127.0.0.1:8000`. */
  readonly server?: string;
}

/** Which runs to list. */
export interface RunsFilter {
  readonly workflow?: string;
  readonly states?: readonly ExecutionState[];
  readonly limit: number;
  readonly before?: string;
}

/** Runs to look at. */
export interface OpenRuns {
  list(filter: RunsFilter): Promise<readonly RunRecord[]>;
  get(runId: string): Promise<RunRecord>;
  events(
    runId: string,
    page: { readonly after: number; readonly limit: number },
  ): Promise<readonly EngineEvent[]>;
  /** Stored events after an index and those that come, until `run_end`. */
  follow(runId: string, after: number, signal: AbortSignal): AsyncIterable<EngineEvent>;
  why(runId: string, step: string): Promise<Explanation>;
  /** What steps ask people, of the newest run first. */
  readonly asked: Engine['approvals']['list'];
  /** The project of the store; undefined at a server. */
  readonly program?: Program;
}

/** Runs to act on. */
export interface RunActs {
  list(filter: RunsFilter): Promise<readonly RunRecord[]>;
  cancel(runId: string): Promise<boolean>;
  redrive(runId: string): Promise<RunReceipt>;
  resume(runId: string): Promise<RunReceipt>;
  fork(runId: string, from: string): Promise<RunReceipt>;
  readonly signal: Engine['runs']['signal'];
  /** Gives the one answer to what a step asks. */
  readonly answer: Engine['approvals']['resolve'];
  /** The engine that carries out what is started; undefined at a server, which does it. */
  readonly engine?: Engine;
}

/** Looks at runs, also beside the engine that owns the store. */
export async function lookAtRuns<T>(
  { project, server }: RunsPlace,
  terminal: Terminal,
  use: (runs: OpenRuns) => Promise<T>,
): Promise<T> {
  if (server !== undefined) return use(runsAtServer(server));
  const program = await openProgram(project, terminal);
  const engine = await createEngine({ program, readOnly: true });
  try {
    if (program.settings.store.type === 'memory') {
      terminal.err.line(
        'runs are kept in memory (store.type in engine.yaml), so those of other processes are not seen',
      );
    }
    const { runs, approvals } = engine;
    return await use({
      program,
      asked: approvals.list,
      list: (filter) => runs.list(filter),
      get: runs.get,
      events: runs.events,
      why: runs.why,
      follow: (runId, after, signal) => followStored(runs, runId, after, signal),
    });
  } finally {
    await engine.close();
  }
}

/** Acts on runs. Throws Problem `store_locked` with the process that owns the store, when there is one. */
export async function actOnRuns<T>(
  { project, server, ...tape }: RunsPlace & TapeOptions,
  terminal: Terminal,
  use: (runs: RunActs) => Promise<T>,
): Promise<T> {
  if (server !== undefined) {
    refuseTapeAt(server, tape);
    const { runs, approvals } = clientAt(server);
    return use({ ...runs, list: runsAtServer(server).list, answer: approvals.resolve });
  }
  const program = await openProgram(project, terminal);
  const engine = await createEngine({ program, recover: false, ...tapeOf(tape) }).catch((thrown: unknown) => {
    throw withAdvice(asProblem(thrown));
  });
  try {
    return await use({ ...engine.runs, answer: engine.approvals.resolve, engine });
  } finally {
    await engine.close();
  }
}

/** The id that a word stands for: itself, or `latest` the newest run. Throws Problem `run_not_found` without any. */
export async function runIdOf({ list }: Pick<OpenRuns, 'list'>, word: string): Promise<string> {
  if (word !== 'latest') return word;
  const [newest] = await list({ limit: 1 });
  if (newest !== undefined) return newest.runId;
  throw new Problem('run_not_found', 'there is no run yet');
}

function runsAtServer(baseUrl: string): OpenRuns {
  const { runs, approvals } = clientAt(baseUrl);
  return {
    asked: async ({ of: _people, ...filter } = {}) => (await approvals.list(filter)).approvals,
    async list({ states, ...filter }) {
      const page = await runs.list({ ...filter, ...(states === undefined ? {} : { state: states }) });
      return page.runs;
    },
    get: (runId) => runs.get(runId),
    events: async (runId, page) => (await runs.events(runId, page)).events,
    follow: (runId, after, signal) => runs.stream(runId, { after, signal }),
    why: async (runId, step) => await runs.why(runId, step),
  };
}

/** A Problem, with how to reach a store that another process owns. */
export function withAdvice(problem: Problem): Problem {
  if (problem.code !== 'store_locked') return problem;
  const [what = ''] = problem.message.split('; ');
  return new Problem('store_locked', `${what}; name its server with --server <url>`, {
    cause: problem,
    ...(problem.details === undefined ? {} : { details: problem.details }),
  });
}
