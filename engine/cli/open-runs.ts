import type { Engine, Explanation, RunReceipt, RunRecord } from '../api.ts';
import type { EngineEvent } from '../core/event.ts';
import { Problem } from '../core/problem.ts';
import type { ExecutionState } from '../core/status.ts';
import { asMany } from './as-many.ts';
import { clientAt } from './client-at.ts';
import { followStored } from './follow-stored.ts';
import { refuseTapeAt, tapeOf, type TapeOptions } from './tape-options.ts';
import type { Terminal } from './terminal.ts';
import { actOnStore, adviseServer, lookAtStore, type WorkPlace } from './use-store.ts';

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
  { project, server }: WorkPlace,
  terminal: Terminal,
  use: (runs: OpenRuns) => Promise<T>,
): Promise<T> {
  if (server !== undefined) return use(runsAtServer(server));
  return lookAtStore(project, 'runs', terminal, ({ runs, approvals }) =>
    use({
      asked: approvals.list,
      list: (filter) => runs.list(filter),
      get: runs.get,
      events: runs.events,
      why: runs.why,
      follow: (runId, after, signal) => followStored(runs, runId, after, signal),
    }),
  );
}

/** Acts on runs. Throws Problem `store_locked` with the process that owns the store, when there is one. */
export async function actOnRuns<T>(
  { project, server, ...tape }: WorkPlace & TapeOptions,
  terminal: Terminal,
  use: (runs: RunActs) => Promise<T>,
): Promise<T> {
  if (server !== undefined) {
    refuseTapeAt(server, tape);
    const { runs, approvals } = clientAt(server);
    return use({ ...runs, list: runsAtServer(server).list, answer: approvals.resolve });
  }
  return actOnStore(project, tapeOf(tape), terminal, (engine) =>
    use({ ...engine.runs, answer: engine.approvals.resolve, engine }),
  ).catch(adviseServer);
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
      return asMany('runs', filter, (page) =>
        runs.list({ ...page, ...(states === undefined ? {} : { state: states }) }),
      );
    },
    get: (runId) => runs.get(runId),
    events: async (runId, page) => (await runs.events(runId, page)).events,
    follow: (runId, after, signal) => runs.stream(runId, { after, signal }),
    why: async (runId, step) => await runs.why(runId, step),
  };
}
