import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Engine } from '../../api.ts';
import { defaultSession } from '../../core/ids.ts';
import { nextOf } from '../../core/next-of.ts';
import { Problem } from '../../core/problem.ts';
import { exitCodes } from '../exit-codes.ts';
import { entryText } from '../report/entry.ts';
import { table } from '../report/table.ts';
import { printable, type Terminal } from '../terminal.ts';
import { actOnStore, lookAtStore } from '../use-store.ts';

/** Options of `engine sessions`. */
export interface SessionsOptions {
  readonly project: string;
  readonly json?: boolean;
}

/** Agent, instance and session of a command, the last `default` unless it is said. */
export type SessionPlace = readonly (string | undefined)[];

/** Lists the sessions of an instance; only reads, so that it works beside a running server. */
export async function listSessions(
  [agent = '', instance = '']: SessionPlace,
  options: SessionsOptions & { readonly limit: number; readonly after?: string },
  terminal: Terminal,
): Promise<number> {
  const { json, limit, after } = options;
  const { out, err } = terminal;
  return looking(options, terminal, async (engine) => {
    const page = { limit, ...(after === undefined ? {} : { after }) };
    const found = await engine.agents.sessions(agent, instance).list(page);
    const next = nextOf(found, limit, ({ session }) => session);
    if (json === true) out.line(JSON.stringify({ sessions: found, next }, null, 2));
    else if (found.length === 0) err.line('no sessions');
    else {
      const rows = found.map((one) => [
        printable(one.session),
        `${one.entries}`,
        one.createdAt,
        one.updatedAt,
      ]);
      out.line(table([['SESSION', 'ENTRIES', 'CREATED', 'UPDATED'], ...rows]));
      if (next !== null) err.line(`the first ${limit}; more with --after ${printable(next)}`);
    }
  });
}

/** Shows the newest entries of a session, oldest first; only reads. */
export async function showSession(
  [agent = '', instance = '', name = defaultSession]: SessionPlace,
  options: SessionsOptions & { readonly limit: number; readonly before?: string },
  terminal: Terminal,
): Promise<number> {
  const { json, limit, before } = options;
  const { out, err } = terminal;
  return looking(options, terminal, async (engine) => {
    const session = await engine.agents.sessions(agent, instance).get(name);
    const { entries, next = null } = await session.entries({
      order: 'newest',
      limit,
      ...(before === undefined ? {} : { after: before }),
    });
    const shown = [...entries].reverse();
    if (json === true) return out.line(JSON.stringify({ entries: shown, next }, null, 2));
    if (next !== null) err.line(`the newest ${limit}; older ones with --before ${next}`);
    for (const entry of shown) out.line(printable(entryText(entry)));
  });
}

/** Prints a session as lines that `importSession` takes; only reads. */
export async function exportSession(
  [agent = '', instance = '', name = defaultSession]: SessionPlace,
  options: SessionsOptions,
  terminal: Terminal,
): Promise<number> {
  return looking(options, terminal, async (engine) => {
    const session = await engine.agents.sessions(agent, instance).get(name);
    for await (const line of session.export()) terminal.out.write(line);
  });
}

/** Makes a session of exported lines, from a file or `-`, the standard input. Throws Problem `invalid_request`, `store_locked` beside a running server. */
export async function importSession(
  [agent = '', instance = '', name = '']: SessionPlace,
  file: string,
  options: SessionsOptions,
  terminal: Terminal,
): Promise<number> {
  if (file !== '-' && (await stat(file).catch(() => undefined))?.isFile() !== true)
    throw new Problem('invalid_request', `there is no file "${file}"`);
  await actOnStore(options.project, {}, terminal, async ({ agents, program }) => {
    if (program.settings.store.type === 'memory')
      throw new Problem(
        'invalid_request',
        'sessions are kept in memory (store.type in engine.yaml), so an imported one would be lost',
      );
    const input = file === '-' ? process.stdin : createReadStream(file);
    input.setEncoding('utf8');
    const session = await agents.sessions(agent, instance).import(name, input as AsyncIterable<string>);
    tell(options, terminal, 'imported', session.session);
  });
  return exitCodes.ok;
}

/** Removes a session. Throws Problem `store_locked` beside a running server. */
export async function deleteSession(
  [agent = '', instance = '', name = '']: SessionPlace,
  options: SessionsOptions & { readonly records?: boolean; readonly abort?: boolean },
  terminal: Terminal,
): Promise<number> {
  const { records = false, abort = false } = options;
  await actOnStore(options.project, {}, terminal, ({ agents }) =>
    agents.sessions(agent, instance).delete(name, { records, abort }),
  );
  tell(options, terminal, 'deleted', name);
  return exitCodes.ok;
}

function tell({ json }: SessionsOptions, { out, err }: Terminal, what: string, session: string): void {
  if (json === true) out.line(JSON.stringify({ [what]: session }, null, 2));
  else err.line(`${what} session "${printable(session)}"`);
}

async function looking(
  { project }: SessionsOptions,
  terminal: Terminal,
  use: (engine: Engine) => Promise<void>,
): Promise<number> {
  await lookAtStore(project, 'sessions', terminal, use);
  return exitCodes.ok;
}
