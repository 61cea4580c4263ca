import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { analyze } from '../../compile.ts';
import { driftLines } from '../../core/remote-drift.ts';
import { Problem } from '../../core/problem.ts';
import { choices } from '../../core/suggest.ts';
import {
  inspectServers,
  lockFile,
  lockTextOf,
  serversOf,
  whereOf,
  type InspectedServer,
  type NamedServer,
  type ServersOf,
} from '../../bind/mcp-servers.ts';
import { exitCodes } from '../exit-codes.ts';
import { watchInterrupts } from '../interrupt.ts';
import { openProgram } from '../open-program.ts';
import { table } from '../report/table.ts';
import { printable, type Terminal } from '../terminal.ts';
import { writeAtomically } from '../write-atomically.ts';

/** Options of `engine mcp`. */
export interface McpOptions {
  readonly project: string;
  readonly json?: boolean;
}

/** Lists the MCP servers of a project without starting any. */
export async function listServers({ project, json }: McpOptions, terminal: Terminal): Promise<number> {
  const { servers } = await open(project, undefined, terminal);
  const { out, err } = terminal;
  const rows = servers.map(({ server, agents }) => ({
    name: server.name,
    type: server.type,
    where: whereOf(server),
    agents,
    locked: server.locked === undefined ? null : Object.keys(server.locked).length,
  }));
  if (json === true) out.line(JSON.stringify({ servers: rows }, null, 2));
  else if (rows.length === 0) err.line('no MCP servers');
  else {
    const lines = rows.map(({ name, type, agents, locked, where }) =>
      [name, type, agents.join(', ') || '-', locked === null ? '-' : `${locked} tools`, where].map(printable),
    );
    out.line(table([['SERVER', 'TYPE', 'AGENTS', 'LOCKED', 'COMMAND OR ADDRESS'], ...lines]));
  }
  return exitCodes.ok;
}

/** Connects to servers; fails when one is not available, or is not what the lock says. */
export async function testServers(
  name: string | undefined,
  { project, json }: McpOptions,
  terminal: Terminal,
): Promise<number> {
  const { program, chosen } = await open(project, name, terminal);
  const { out, err } = terminal;
  const inspected = await inspect(
    program,
    chosen,
    json === true ? undefined : (one) => out.line(resultText(one)),
  );
  if (json === true) out.line(JSON.stringify({ servers: inspected.map(dataOf) }, null, 2));
  else if (inspected.length === 0) err.line('no MCP servers');
  return inspected.every(({ problem, drift }) => problem === undefined && drift === undefined)
    ? exitCodes.ok
    : exitCodes.failed;
}

/** Writes `engine.lock`. A server that is not available stays as it is locked, and the command fails. */
export async function lockServers(
  name: string | undefined,
  { project, json, check = false }: McpOptions & { readonly check?: boolean },
  terminal: Terminal,
): Promise<number> {
  const { program, servers, chosen } = await open(project, name, terminal);
  const { out, err } = terminal;
  const inspected = await inspect(program, chosen, (one) => {
    if (one.problem !== undefined) err.line(printable(one.problem.message));
    else if (one.drift !== undefined)
      for (const line of driftLines(one.drift)) err.line(printable(`${one.server.name}: ${line}`));
  });
  const file = join(program.root, lockFile);
  const before = await readFile(file, 'utf8').catch(() => undefined);
  const text = lockTextOf(
    inspected,
    servers.map(({ server }) => server),
  );
  const isChanged = before !== text && !(before === undefined && servers.length === 0);
  if (isChanged && !check) await writeAtomically(file, text);
  const isWhole = inspected.every(({ problem }) => problem === undefined);
  if (json === true)
    out.line(JSON.stringify({ changed: isChanged, servers: inspected.map(dataOf) }, null, 2));
  else if (!isChanged) err.line(servers.length === 0 ? 'no MCP servers' : `${lockFile} is up to date`);
  else err.line(check ? `${lockFile} is not up to date` : `wrote ${lockFile}`);
  return isWhole && !(check && isChanged) ? exitCodes.ok : exitCodes.failed;
}

/** The servers of a project, also of one with errors, which a lock that is out of date may be the reason for. */
async function open(
  project: string,
  name: string | undefined,
  terminal: Terminal,
): Promise<{
  readonly program: ServersOf;
  readonly servers: readonly NamedServer[];
  readonly chosen: readonly NamedServer[];
}> {
  const { program: whole, draft } = await analyze(project);
  const program = whole ?? draft ?? (await openProgram(project, terminal));
  const servers = serversOf(program);
  const chosen = servers.filter(({ server }) => name === undefined || server.name === name);
  if (name !== undefined && chosen.length === 0) {
    const all = servers.map(({ server }) => server.name);
    throw new Problem('not_found', `no MCP server "${name}"${choices(name, all)}`);
  }
  return { program, servers, chosen };
}

async function inspect(
  program: ServersOf,
  chosen: readonly NamedServer[],
  tell: ((one: InspectedServer) => void) | undefined,
): Promise<readonly InspectedServer[]> {
  const interrupt = watchInterrupts();
  const inspected: InspectedServer[] = [];
  try {
    const servers = chosen.map(({ server }) => server);
    for await (const one of inspectServers(program, servers, {}, interrupt.signal)) {
      inspected.push(one);
      tell?.(one);
    }
  } finally {
    interrupt.release();
  }
  return inspected;
}

function resultText({ server, ms, tools, drift, warnings, problem }: InspectedServer): string {
  if (problem !== undefined) return printable(`failed  ${server.name}: ${problem.message}`);
  const names = Object.keys(tools ?? {});
  const lines = [
    `${drift === undefined ? 'ok' : 'drift'}  ${server.name}: ${names.length} tools in ${ms} ms${server.locked === undefined ? ', not locked' : ''}`,
    ...names.map((tool) => `    ${tool}${server.tools?.includes(tool) === false ? ' (not offered)' : ''}`),
    ...(drift === undefined ? [] : driftLines(drift)).map((line) => `  ! ${line}`),
    ...warnings.map((warning) => `  ! ${warning}`),
  ];
  return printable(lines.join('\n'));
}

function dataOf({ server, ms, tools, drift, warnings, problem }: InspectedServer): object {
  return {
    name: server.name,
    ok: problem === undefined,
    ms,
    ...(tools === undefined ? {} : { tools: Object.keys(tools) }),
    locked: server.locked !== undefined,
    ...(drift === undefined ? {} : { drift }),
    warnings,
    ...(problem === undefined ? {} : { error: { code: problem.code, message: problem.message } }),
  };
}
