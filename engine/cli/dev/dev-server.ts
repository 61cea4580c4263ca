import type { Engine, EngineOptions } from '../../api.ts';
import { insideOf } from '../../api/inside.ts';
import { createEngine } from '../../engine.ts';
import { asProblem, type Problem } from '../../core/problem.ts';
import type { Program } from '../../program/program.ts';
import { createServer, type Address, type Server, type ServerOptions } from '../../server/index.ts';
import type { Reloaded } from '../../api.ts';
import { devRoutes } from './dev-routes.ts';
import type { DevState } from './dev-state.ts';
import { openWaitingServer, type WaitingServer } from './waiting-server.ts';

/** The engine and the server of a project under work. */
export interface DevServer {
  /** Undefined until something is served. */
  readonly engine: Engine | undefined;
  /**
   * Takes up a Program: starts with the first one, later ones take the place of those before. A Problem is given that the next edit, or
   * a file of secrets, may mend; others are thrown.
   */
  take(program: Program, how: { readonly code: 'import' | 'keep' }): Promise<Taken | Problem>;
  /** Answers with what is wrong, until a Program can be served. Gives where, the first time. Throws Problem `port_in_use`. */
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
  given: Pick<ServerOptions, 'host' | 'port' | 'insecure' | 'log' | 'onRequest'>,
): DevServer {
  let engine: Engine | undefined;
  let server: Server | undefined;
  let waiting: WaitingServer | undefined;
  /** Who knows the port of before finds the project there. */
  let waitedAt: number | undefined;

  return {
    get engine() {
      return server === undefined ? undefined : engine;
    },
    async take(program, how) {
      try {
        if (engine !== undefined && server !== undefined)
          return { reloaded: await engine.reload(program, how), address: undefined };
        // What was left goes on as soon as it is known that it can be served, and not before.
        engine ??= await createEngine({ ...options, program, recover: false });
        // Imports the code now: an edit that breaks it must not reach what goes on.
        await engine.reload(program);
        return { reloaded: undefined, address: await serve(engine) };
      } catch (thrown) {
        const problem = asProblem(thrown);
        if (!mendable.includes(problem.code)) throw thrown;
        return problem;
      }
    },
    async wait({ settings }) {
      if (waiting !== undefined) return undefined;
      const isFirst = waitedAt === undefined;
      waiting = await openWaitingServer(state, waitedAt ?? given.port ?? settings.server.port);
      waitedAt = waiting.address.port;
      return isFirst ? waiting.address : undefined;
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
    const port = waitedAt ?? given.port;
    await waiting?.close();
    waiting = undefined;
    const opened = createServer(started, {
      ...given,
      routes: devRoutes(state),
      ...(port === undefined ? {} : { port }),
    });
    try {
      const address = await opened.listen(() => insideOf(started).takeUp());
      server = opened;
      return address;
    } catch (thrown) {
      await opened.close();
      throw thrown;
    }
  }
}
