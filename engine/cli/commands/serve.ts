import { createEngine } from '../../engine.ts';
import type { Engine } from '../../api.ts';
import { createServer } from '../../server/index.ts';
import { envOf, watchSecrets, type EnvFromOptions } from '../engine-options.ts';
import { exitCodes } from '../exit-codes.ts';
import { watchInterrupts } from '../interrupt.ts';
import { openProgram } from '../open-program.ts';
import { tapeOf, type TapeOptions } from '../tape-options.ts';
import type { Terminal } from '../terminal.ts';

/** Options of `engine serve`. */
export interface ServeOptions extends TapeOptions, EnvFromOptions {
  readonly host?: string;
  readonly port?: number;
  readonly project: string;
  readonly json?: boolean;
}

/** Serves a project until SIGINT or SIGTERM, then lets work finish; a second signal ends it at once. */
export async function serve(options: ServeOptions, terminal: Terminal): Promise<number> {
  const program = await openProgram(options.project, terminal);
  const engine = await createEngine({ program, ...tapeOf(options), ...envOf(options) });
  watchSecrets(engine, terminal, true);
  const interrupt = watchInterrupts(['SIGINT', 'SIGTERM']);
  const server = createServer(engine, {
    ...(options.host === undefined ? {} : { host: options.host }),
    ...(options.port === undefined ? {} : { port: options.port }),
  });
  let isUp = false;
  try {
    const address = await server.listen();
    isUp = true;
    announce(engine, address, options, terminal);
    await aborted(interrupt.signal);
    terminal.err.line('stopping; a second signal ends it at once');
    return exitCodes.ok;
  } finally {
    const before = performance.now();
    // Runs that take longer resume at the next start.
    const { drainMs } = program.settings.server;
    await server.close({ graceMs: drainMs });
    await engine.close({ graceMs: isUp ? Math.max(0, drainMs - (performance.now() - before)) : 0 });
    interrupt.release();
  }
}

function announce(
  { program }: Engine,
  address: { readonly host: string; readonly port: number; readonly url: string },
  { json }: ServeOptions,
  { out }: Terminal,
): void {
  const agents = Object.keys(program.agents);
  const workflows = Object.keys(program.workflows);
  if (json === true) return out.line(JSON.stringify({ ...address, pid: process.pid, agents, workflows }));
  const { bold, cyan, dim } = out.colors;
  out.line(`${bold(program.name)} is served at ${cyan(address.url)}`);
  for (const name of agents)
    out.line(`  agent     ${name} ${dim(`POST ${address.url}/agents/${name}/<instance>`)}`);
  for (const name of workflows)
    out.line(`  workflow  ${name} ${dim(`POST ${address.url}/workflows/${name}`)}`);
  for (const name of boundless(program))
    out.line(
      `  sandbox   ${name} ${dim('type local is no boundary: its commands run as you, on this machine')}`,
    );
  if (agents.length + workflows.length === 0)
    out.line('  no agents and no workflows; put them in src/agents and src/workflows');
  out.line(dim(`  described at ${address.url}/openapi.json`));
}

/** Sandboxes in use whose commands nothing holds back. */
function boundless({ agents, delegates, workflows }: Engine['program']): string[] {
  const used = [...Object.values(agents), ...Object.values(delegates), ...Object.values(workflows)];
  const found = used.flatMap(({ sandbox }) =>
    sandbox.type === 'local' && sandbox.shell ? [sandbox.name] : [],
  );
  return [...new Set(found)];
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
