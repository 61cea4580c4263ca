import type { Engine, EngineOptions } from '../../api.ts';
import { createEngine } from '../../engine.ts';
import { asProblem, type Problem } from '../../core/problem.ts';
import type { Program } from '../../program/program.ts';
import { createServer, type Address, type Server } from '../../server/index.ts';
import type { Reloaded } from '../../api.ts';
import { devRoutes } from './dev-routes.ts';
import type { DevState } from './dev-state.ts';
import { openWaitingServer, type WaitingServer } from './waiting-server.ts';

/** The engine and the server of a project under work. */
export interface DevServer {
  readonly engine: Engine | undefined;
  /**
   * Takes up a Program: starts with the first one, later ones take the place of those before. A Problem is given that the next edit, or
   * a file of secrets, may mend; others are thrown.
   */
  take(program: Program, how: { readonly code: 'import' | 'keep' }): Promise<Taken | Problem>;
  /** Answers with what is wrong, until there is a Program. Gives where, the first time. Throws Problem `port_in_use`. */
  wait(draft: Program): Promise<Address | undefined>;
  close(): Promise<void>;
}

/** What taking up a Program did. */
export interface Taken {
  readonly reloaded: Reloaded | undefined;
  /** Of the first Program: where it is served. */
  readonly address: Address | undefined;
}

/** Problems that edits mend. */
const mendable: readonly string[] = ['invalid_project', 'missing_secret', 'not_available'];

/** Nothing is served yet. */
export function createDevServer(
  state: DevState,
  options: Omit<EngineOptions, 'project' | 'program'>,
  given: { readonly host?: string; readonly port?: number },
): DevServer {
  let engine: Engine | undefined;
  let server: Server | undefined;
  let waiting: WaitingServer | undefined;

  return {
    get engine() {
      return engine;
    },
    async take(program, how) {
      try {
        if (engine !== undefined) return { reloaded: await engine.reload(program, how), address: undefined };
        engine = await createEngine({ ...options, program });
        // Imports the code now: an edit that breaks it must not reach what goes on.
        await engine.reload(program);
      } catch (thrown) {
        const problem = asProblem(thrown);
        if (!mendable.includes(problem.code)) throw thrown;
        return problem;
      }
      return { reloaded: undefined, address: await serve(engine) };
    },
    async wait({ settings }) {
      if (waiting !== undefined) return undefined;
      waiting = await openWaitingServer(state, given.port ?? settings.server.port);
      return waiting.address;
    },
    async close() {
      const before = performance.now();
      const drainMs = engine?.program.settings.server.drainMs ?? 0;
      await waiting?.close();
      await server?.close({ graceMs: drainMs });
      await engine?.close({ graceMs: Math.max(0, drainMs - (performance.now() - before)) });
    },
  };

  async function serve(started: Engine): Promise<Address> {
    // Who knows the port of before finds the project there.
    const port = waiting?.address.port ?? given.port;
    await waiting?.close();
    waiting = undefined;
    server = createServer(started, {
      routes: devRoutes(state),
      ...(given.host === undefined ? {} : { host: given.host }),
      ...(port === undefined ? {} : { port }),
    });
    return server.listen();
  }
}
