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
  return useEngine({ program, readOnly: true }, terminal, use);
}

/** Acts on the store of a project; what is left in it is not taken up. Throws Problem `store_locked` while another process owns it. */
export async function actOnStore<T>(
  project: string,
  options: EngineOptions,
  terminal: Terminal,
  use: (engine: Engine) => Promise<T>,
): Promise<T> {
  const program = await openProgram(project, terminal);
  return useEngine({ ...options, program, recover: false }, terminal, use);
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

async function useEngine<T>(
  options: EngineOptions,
  terminal: Terminal,
  use: (engine: Engine) => Promise<T>,
): Promise<T> {
  const engine = await createEngine(options);
  let wasInterrupted = false;
  try {
    const result = await use(engine);
    wasInterrupted = result === exitCodes.interrupted;
    return result;
  } finally {
    await closeTold(engine, terminal, { isHurried: wasInterrupted });
  }
}

/**
 * Closes an engine whose callbacks had time to take what they are told; none when somebody is in a hurry. Says how much they did not
 * take, and who tells it.
 */
export async function closeTold(
  engine: Engine,
  { err }: Terminal,
  { isHurried }: { readonly isHurried: boolean },
): Promise<void> {
  try {
    const waiting = isHurried ? await insideOf(engine).told(0) : await toldBy(engine);
    if (waiting > 0) err.line(untold(waiting, engine.program.settings.store.type === 'memory'));
  } finally {
    await engine.close();
  }
}

/** Callbacks have ten seconds to take what they are told; gives how many deliveries wait then. */
export async function toldBy(engine: Engine): Promise<number> {
  return insideOf(engine).told(10_000);
}

function untold(count: number, isLost: boolean): string {
  const [what, wait, are, it] =
    count === 1 ? ['1 delivery', 'waits', 'is', 'it'] : [`${count} deliveries`, 'wait', 'are', 'them'];
  return isLost
    ? `${what} to callbacks ${are} lost with the store, which is in memory (store.type in engine.yaml)`
    : `${what} to callbacks ${wait} in the store: "engine serve" or "engine dev" sends ${it}, "engine callbacks" lists ${it}`;
}
