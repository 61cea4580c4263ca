import { createEngine } from '../../engine.ts';
import { insideOf } from '../../api/inside.ts';
import { createServer, isLoopback } from '../../server/index.ts';
import { announce } from '../announce.ts';
import { envOf, watchSecrets, type EnvFromOptions } from '../engine-options.ts';
import { exitCodes } from '../exit-codes.ts';
import { endingSignals } from '../hang-up.ts';
import { watchInterrupts } from '../interrupt.ts';
import { openProgram } from '../open-program.ts';
import { openServeLog, type LogChoices } from '../serve-log.ts';
import { outliveReaders } from '../readers.ts';
import { tapeOf, type TapeOptions } from '../tape-options.ts';
import type { Terminal } from '../terminal.ts';

/** Options of `engine serve`. */
export interface ServeOptions extends TapeOptions, EnvFromOptions, LogChoices {
  readonly host?: string;
  readonly port?: number;
  readonly project: string;
  readonly json?: boolean;
  readonly insecure?: boolean;
}

/** Serves a project until SIGINT, SIGTERM or SIGHUP, then lets work finish; a second signal ends it at once. */
export async function serve(options: ServeOptions, terminal: Terminal): Promise<number> {
  const log = openServeLog(options, terminal);
  const program = await openProgram(options.project, terminal, (hint) => log.tell('hint', hint));
  const { observers } = log;
  // What was left goes on as soon as it is known that it can be served, and not before.
  const engine = await createEngine({
    ...{ program, observers, recover: false },
    ...tapeOf(options),
    ...envOf(options),
  });
  log.attach(engine);
  watchSecrets(engine, terminal, true, (text) => log.tell('warn', text));
  const giveWarningsBack = log.takeWarnings();
  outliveReaders();
  const interrupt = watchInterrupts(endingSignals());
  const server = createServer(engine, {
    ...log.server,
    ...(options.host === undefined ? {} : { host: options.host }),
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.insecure === undefined ? {} : { insecure: options.insecure }),
  });
  let isUp = false;
  try {
    const address = await server.listen(() => insideOf(engine).takeUp());
    isUp = true;
    if (!isLoopback(address.host) && program.settings.server.auth === undefined)
      log.tell('warn', `whoever reaches ${address.url} may do everything; nobody has to sign in`);
    announce(engine, address, options, terminal);
    await aborted(interrupt.signal);
    log.tell('info', 'stopping; a second signal ends it at once');
    return exitCodes.ok;
  } finally {
    const before = performance.now();
    // Runs that take longer resume at the next start.
    const { drainMs } = program.settings.server;
    await server.drain({ graceMs: drainMs });
    await engine.close({ graceMs: isUp ? Math.max(0, drainMs - (performance.now() - before)) : 0 });
    // Only now, so that it answers that it lives for as long as it does.
    await server.close();
    interrupt.release();
    giveWarningsBack();
  }
}

/** Resolves when a signal aborts. */
function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
