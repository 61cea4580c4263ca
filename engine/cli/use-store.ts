import type { Engine, EngineOptions } from '../api.ts';
import { insideOf } from '../api/inside.ts';
import { Problem } from '../core/problem.ts';
import { createEngine } from '../engine.ts';
import { exitCodes } from './exit-codes.ts';
import { openProgram } from './open-program.ts';
import type { Terminal } from './terminal.ts';

/** Where runs and messages to agents are: at a server, or in the store of a project. */
export interface WorkPlace {
  readonly project: string;
  /** Address of a server, for example `http://127.0.0.1:8000`. */
  readonly server?: string;
}

/**
 * Looks at the store of a project, also beside the engine that owns it. Throws what opens a project and an engine throws.
 * @param what what is looked at, for who looks at a store in memory, where nothing of other processes is.
 */
export async function lookAtStore<T>(
  project: string,
  what: string | undefined,
  terminal: Terminal,
  use: (engine: Engine) => Promise<T>,
): Promise<T> {
  const program = await openProgram(project, terminal);
  if (what !== undefined && program.settings.store.type === 'memory')
    terminal.err.line(
      `${what} are kept in memory (store.type in engine.yaml), so those of other processes are not seen`,
    );
  return useEngine({ program, readOnly: true }, use);
}

/** Acts on the store of a project; what is left in it is not taken up. Throws Problem `store_locked` while another process owns it. */
export async function actOnStore<T>(
  project: string,
  options: EngineOptions,
  terminal: Terminal,
  use: (engine: Engine) => Promise<T>,
): Promise<T> {
  const program = await openProgram(project, terminal);
  return useEngine({ ...options, program, recover: false }, use);
}

/** Throws what was thrown; of a store that another process owns with the option that reaches its server. */
export function adviseServer(thrown: unknown): never {
  if (!(thrown instanceof Problem) || thrown.code !== 'store_locked') throw thrown;
  const [what = ''] = thrown.message.split('; ');
  throw new Problem('store_locked', `${what}; name its server with --server <url>`, {
    cause: thrown,
    ...(thrown.details === undefined ? {} : { details: thrown.details }),
  });
}

async function useEngine<T>(options: EngineOptions, use: (engine: Engine) => Promise<T>): Promise<T> {
  const engine = await createEngine(options);
  let wasInterrupted = false;
  try {
    const result = await use(engine);
    wasInterrupted = result === exitCodes.interrupted;
    return result;
  } finally {
    await (wasInterrupted ? engine.close() : closeTold(engine));
  }
}

/** Closes an engine whose callbacks had time to take what they are told. */
export async function closeTold(engine: Engine): Promise<void> {
  await toldBy(engine);
  await engine.close();
}

/** Callbacks have ten seconds to take what they are told; they hear it from the next engine else. */
export async function toldBy(engine: Engine): Promise<void> {
  await insideOf(engine).told(10_000);
}
