import type { Engine } from '../api.ts';
import { createClient } from '../client/index.ts';
import { asProblem, Problem } from '../core/problem.ts';
import { createEngine } from '../engine.ts';
import { openProgram } from './open-program.ts';
import type { Terminal } from './terminal.ts';

/** What a command may do to runs that wait. */
export interface RunsAtWork {
  readonly approvals: Engine['approvals'];
  readonly signal: Engine['runs']['signal'];
}

/** Where the runs are. */
export interface RunsPlace {
  readonly project: string;
  /** Address of a server, for example `http://127.0.0.1:8000`; default: the store of the project itself. */
  readonly server?: string;
}

/**
 * Uses the runs of a server, or those of a store that no server owns at the moment; they go on at the next start of an engine.
 * Throws Problem `store_locked` with the advice to name the server.
 */
export async function atRuns<T>(
  { project, server }: RunsPlace,
  terminal: Terminal,
  mode: 'read' | 'write',
  use: (runs: RunsAtWork) => Promise<T>,
): Promise<T> {
  if (server !== undefined) {
    const { approvals, runs } = createClient({ baseUrl: server });
    return use({ approvals, signal: runs.signal });
  }
  const engine = await openEngine(project, terminal, mode);
  try {
    return await use({ approvals: engine.approvals, signal: engine.runs.signal });
  } finally {
    await engine.close();
  }
}

async function openEngine(project: string, terminal: Terminal, mode: 'read' | 'write'): Promise<Engine> {
  const program = await openProgram(project, terminal);
  try {
    return await createEngine({ program, recover: false, readOnly: mode === 'read' });
  } catch (thrown) {
    const problem = asProblem(thrown);
    if (problem.code !== 'store_locked') throw problem;
    const message =
      'the runs of this project belong to an engine at work; name its server with --server <url>';
    throw new Problem('store_locked', message, { cause: problem });
  }
}
