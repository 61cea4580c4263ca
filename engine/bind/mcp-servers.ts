import { createConnections } from '../adapters/mcp/tool-servers.ts';
import type { EngineOptions } from '../api.ts';
import { isSame, remoteDrift, type RemoteDrift } from '../core/remote-drift.ts';
import { asProblem, Problem } from '../core/problem.ts';
import type { RemoteTools } from '../core/remote-tool.ts';
import { redactor } from '../journal/index.ts';
import { engineLockText, lockFile } from '../link/index.ts';
import type { McpServer } from '../program/mcp.ts';
import type { Program } from '../program/program.ts';
import { openSecrets } from './secrets.ts';

export { lockFile };

/** What is needed of a project to reach its servers. */
export type ServersOf = Pick<Program, 'root' | 'settings' | 'agents' | 'delegates' | 'tools' | 'mcpServers'>;

/** An MCP server of a project, and which agents have it. */
export interface NamedServer {
  readonly server: McpServer;
  readonly agents: readonly string[];
}

/** What a server was found to be. */
export interface InspectedServer {
  readonly server: McpServer;
  readonly ms: number;
  /** Absent when it is not available. */
  readonly tools?: RemoteTools;
  /** How its offered tools differ from the locked ones; absent when it is not locked, or nothing differs. */
  readonly drift?: RemoteDrift;
  readonly warnings: readonly string[];
  readonly problem?: Problem;
}

/** The MCP servers of a project: of its config, its agents and its tools, each once. */
export function serversOf({ mcpServers, agents, delegates, tools }: ServersOf): readonly NamedServer[] {
  const all = { ...delegates, ...agents };
  const found = new Set([
    ...Object.values(mcpServers),
    ...Object.values(all).flatMap((agent) => Object.values(agent.mcpServers)),
    ...Object.values(tools).flatMap(({ run }) => (run.type === 'mcp' ? [run.server] : [])),
  ]);
  return [...found].map((server) => ({
    server,
    agents: Object.values(all)
      .filter((agent) => Object.values(agent.mcpServers).includes(server))
      .map(({ name }) => name),
  }));
}

/** How a server is reached, as the project says it: expressions stand as they are written, so no secret is shown. */
export function whereOf(server: McpServer): string {
  if (server.type !== 'stdio') return server.url;
  return [server.command, ...server.args.map(({ source }) => String(source))].map(quoted).join(' ');
}

/**
 * Connects to servers one after the other and reads their tools, whatever the lock says of them; each ends before the next one starts.
 * Throws what `openSecrets` throws.
 */
export async function* inspectServers(
  program: ServersOf,
  servers: readonly McpServer[],
  options: Pick<EngineOptions, 'env'>,
  signal: AbortSignal,
): AsyncGenerator<InspectedServer> {
  const processEnv = options.env ?? process.env;
  const secrets = await openSecrets(program as Program, options);
  const { text } = redactor(secrets.values());
  const env = Object.fromEntries(
    program.settings.env.flatMap((name) =>
      processEnv[name] === undefined ? [] : [[name, processEnv[name]]],
    ),
  ) as Record<string, string>;
  for (const server of servers) {
    const connections = createConnections(text);
    const started = performance.now();
    const passed = (): number => Math.round(performance.now() - started);
    try {
      const whole = { ...server, tools: undefined, rename: {}, locked: undefined };
      const { tools, warnings } = await connections
        .servers({ env, secrets, processEnv })
        .tools(whole, signal);
      const now = Object.fromEntries(tools.map(({ tool, name: _, ...about }) => [tool, about]));
      yield { server, ms: passed(), tools: now, warnings, ...driftOf(server, now) };
    } catch (thrown) {
      if (signal.aborted) throw thrown;
      yield { server, ms: passed(), warnings: [], problem: asProblem(thrown) };
    } finally {
      await connections.close();
    }
  }
}

/**
 * The text of a lock for servers that were inspected; of the others, those that `kept` names stay as they are locked. Throws Problem
 * `invalid_request` when two servers that are not the same have one name.
 */
export function lockTextOf(inspected: readonly InspectedServer[], kept: readonly McpServer[]): string {
  const servers: Record<string, RemoteTools> = {};
  for (const { name, locked } of kept) if (locked !== undefined) servers[name] = locked;
  const done = new Map<string, RemoteTools>();
  for (const { server, tools } of inspected) {
    if (tools === undefined) continue;
    const other = done.get(server.name);
    if (other !== undefined && !isSame(remoteDrift(other, tools)))
      throw new Problem(
        'invalid_request',
        `two MCP servers are called "${server.name}"; give one another name`,
      );
    done.set(server.name, tools);
    servers[server.name] = tools;
  }
  return engineLockText(servers);
}

function driftOf({ locked, tools }: McpServer, now: RemoteTools): { readonly drift?: RemoteDrift } {
  if (locked === undefined) return {};
  const offered = (all: RemoteTools): RemoteTools =>
    Object.fromEntries(Object.entries(all).filter(([name]) => tools?.includes(name) ?? true));
  const drift = remoteDrift(offered(locked), offered(now));
  return isSame(drift) ? {} : { drift };
}

function quoted(word: string): string {
  return /^[\w@%+=:,./${}-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
