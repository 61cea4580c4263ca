import { dirname, join, resolve, sep } from 'node:path';
import type { Observer } from '../../ports/observer.ts';
import type { Program } from '../../program/program.ts';
import { asProblem, Problem } from '../../core/problem.ts';
import { createDevServer, type Taken } from '../dev/dev-server.ts';
import { createDevState, devFindings, tellChange, type DevState } from '../dev/dev-state.ts';
import { createEnvLook, envFrom } from '../dev/env-files.ts';
import { createLookAt, type Look } from '../dev/look.ts';
import { showReload, showRestart, showServed, showTrouble } from '../dev/show.ts';
import { showWork } from '../dev/work-lines.ts';
import { envOf, watchSecrets, type EnvFromOptions } from '../engine-options.ts';
import { exitCodes } from '../exit-codes.ts';
import { endingSignals } from '../hang-up.ts';
import { watchInterrupts } from '../interrupt.ts';
import { typesFile } from '../project-types/project-types.ts';
import { refreshTypes } from '../project-types/refresh-types.ts';
import { tellProjectAbove } from '../report/project-above.ts';
import { reportFailure } from '../report/failure.ts';
import { openServeLog, type LogChoices } from '../serve-log.ts';
import { outliveReaders } from '../readers.ts';
import { tapeOf, type TapeOptions } from '../tape-options.ts';
import type { Terminal } from '../terminal.ts';
import { watchFolder, type Changes } from '../watch-folder.ts';

/** Options of `engine dev`. */
export interface DevOptions extends TapeOptions, EnvFromOptions, LogChoices {
  readonly host?: string;
  readonly port?: number;
  readonly insecure?: boolean;
  readonly project: string;
  readonly json?: boolean;
  /** No line for each prompt and run. */
  readonly quiet?: boolean;
}

/**
 * Serves a project while it is written: each edit goes live as soon as it has no errors, and what it breaks is told while the version
 * before goes on. Ends like `engine serve`.
 */
export async function dev(options: DevOptions, terminal: Terminal): Promise<number> {
  const folder = resolve(options.project);
  tellProjectAbove(folder, '--project ', terminal);
  const state = createDevState(folder);
  const log = openServeLog({ logFormat: 'text', ...options }, terminal);
  const observers: readonly Observer[] = [
    ...(options.quiet === true ? [] : [showWork(terminal.err)]),
    // How work began and ended is told by the lines about it.
    (event) => (saidByWork.includes(event.type) ? log.observers.map((one) => one(event)) : undefined),
  ];
  outliveReaders();
  const interrupt = watchInterrupts(endingSignals());
  const given = { observers, ...tapeOf(options), ...envOf(options) };
  const server = createDevServer(state, given, {
    ...(options.host === undefined ? {} : { host: options.host }),
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.insecure === undefined ? {} : { insecure: options.insecure }),
    ...log.server,
    onRequest: (end) => (end.status < 400 ? undefined : log.server.onRequest?.(end)),
  });
  const lookAt = createLookAt(folder);
  const lookAtEnv = await createEnvLook(options.envFrom);
  /** All that there were: the store in use is the one of the start. */
  const stores = new Set<string>();
  const warned = new Set<string>();
  const warnOnce = (text: string): void => {
    const { yellow } = terminal.err.colors;
    if (!warned.has(text)) terminal.err.line(`${yellow('warning')}: ${text}`);
    warned.add(text);
  };
  let served: string | undefined;

  try {
    await watchFolder(
      folder,
      {
        signal: interrupt.signal,
        onError: (thrown) => terminal.err.line(`the folder cannot be watched: ${String(thrown)}`),
        ignores: (path) =>
          [...stores].some((store) => path.startsWith(store)) || path === join(folder, typesFile),
      },
      async (changes) => {
        const { reloads } = state;
        const look = await lookAt(changes?.files);
        if (look.diagnostics.some(({ rule }) => rule === 'source/no-project'))
          if (changes === undefined)
            throw new Problem(
              'invalid_request',
              `there is no project in "${options.project}"; make one with "engine init"`,
            );
        stores.add(storesOf(look.draft));
        const known = state.needsRestart;
        noteEnv(state, await lookAtEnv());
        await serve(look, changes);
        showRestart(state, known, { options, terminal, isTold: state.reloads > reloads });
        // The second look at a project is the slow one; nobody waits for it here.
        if (changes === undefined) await lookAt([]);
      },
    );
    terminal.err.line('stopping; a second signal ends it at once');
    return exitCodes.ok;
  } finally {
    await server.close();
    interrupt.release();
  }

  async function serve(look: Look, changes: Changes | undefined): Promise<void> {
    const { program, diagnostics, specs, isCodeNew } = look;
    const said = { options, terminal, folder, changes, look };
    if (program === undefined) {
      const isSame = JSON.stringify(devFindings(diagnostics)) === JSON.stringify(state.findings);
      const wasOk = state.ok;
      noteTrouble(state, look);
      if (changes === undefined || wasOk || !isSame) await showTrouble(state, said);
      if (server.engine === undefined) await tellWaiting(look.draft);
      return;
    }
    if (specs === served && !isCodeNew && state.ok) return;
    let taken: Taken | Problem;
    try {
      taken = await server.take(program, { code: isCodeNew ? 'import' : 'keep' });
    } catch (thrown) {
      // Before it is served there is nothing to keep.
      if (server.engine === undefined || changes === undefined) throw thrown;
      noteTrouble(state, look, asProblem(thrown));
      reportFailure(thrown, terminal);
      return;
    }
    if (taken instanceof Problem) {
      noteTrouble(state, look, taken);
      await showTrouble(state, said);
      if (server.engine === undefined) await tellWaiting(look.draft);
      return;
    }
    const known = new Set(state.findings.map((finding) => JSON.stringify(finding)));
    const fresh = diagnostics.filter((one) => !known.has(JSON.stringify(devFindings([one])[0])));
    served = specs;
    noteTaken(state, look, taken, changes);
    // What cannot be written is no reason not to serve.
    await refreshTypes(program).catch((thrown: unknown) => reportFailure(thrown, terminal));
    if (server.engine !== undefined) log.attach(server.engine);
    if (server.engine !== undefined)
      watchSecrets(server.engine, terminal, taken.address !== undefined, warnOnce);
    if (taken.address !== undefined && server.engine !== undefined)
      await showServed(server.engine, taken.address, fresh, said);
    else await showReload(state, fresh, said);
  }

  async function tellWaiting(draft: Program): Promise<void> {
    const address = await server.wait(draft);
    if (address === undefined) return;
    const { url } = address;
    terminal.err.line(`waiting at ${terminal.err.colors.cyan(url)} until the project can be served`);
  }
}

/** Events that are told in lines of a log. */
const saidByWork: readonly string[] = ['log', 'turn_retry', 'error'];

/** Where the engine writes: what changes there is no edit. */
function storesOf({ root, settings }: Program): string {
  const { path } = settings.store;
  const folder = dirname(path);
  return folder === root || !folder.startsWith(`${root}${sep}`) ? path : folder + sep;
}

/** Files of `--env-from` among what counts at the next start only. */
function ofEnv({ needsRestart }: DevState): readonly string[] {
  return needsRestart.filter((name) => name.startsWith(envFrom));
}

function noteEnv(state: DevState, stale: readonly string[]): void {
  if (stale.join() === ofEnv(state).join()) return;
  state.needsRestart = [...state.needsRestart.filter((name) => !name.startsWith(envFrom)), ...stale];
  tellChange(state);
}

function noteTrouble(state: DevState, { diagnostics }: Look, problem?: Problem): void {
  state.ok = false;
  state.findings = devFindings(diagnostics);
  delete state.problem;
  if (problem !== undefined) state.problem = problem.toData();
  tellChange(state);
}

function noteTaken(
  state: DevState,
  { diagnostics }: Look,
  { reloaded }: Taken,
  changes: Changes | undefined,
): void {
  const at = new Date().toISOString();
  state.ok = true;
  state.findings = devFindings(diagnostics);
  state.since = at;
  delete state.problem;
  if (reloaded === undefined) return tellChange(state);
  const { added, changed, removed, needsRestart } = reloaded;
  state.reloads += 1;
  state.needsRestart = [...needsRestart, ...ofEnv(state)];
  state.lastReload = {
    at,
    ms: changes === undefined ? 0 : Math.round(performance.now() - changes.since),
    ...{ added, changed, removed },
  };
  tellChange(state);
}
