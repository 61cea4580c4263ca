import { fileURLToPath } from 'node:url';
import { createConnections, type Connections } from '../../../engine/adapters/mcp/tool-servers.ts';
import type { Json } from '../../../engine/core/json.ts';
import { parseValue, type Value } from '../../../engine/expr/index.ts';
import type { ServerTool, ToolServers } from '../../../engine/ports/tool-servers.ts';
import type { McpHttpServer, McpProcessServer, McpServer } from '../../../engine/program/mcp.ts';

/** The program of `@modelcontextprotocol/server-everything`. */
export const everything = fileURLToPath(
  new URL('../../../node_modules/@modelcontextprotocol/server-everything/dist/index.js', import.meta.url),
);
const odd = fileURLToPath(new URL('odd-server.mjs', import.meta.url));

const base = {
  name: 'shop',
  origin: {
    file: 'engine.yaml',
    pointer: '/mcpServers/shop',
    range: { start: { line: 1, column: 1, offset: 0 }, end: { line: 1, column: 1, offset: 0 } },
  },
  tools: undefined,
  rename: {},
  timeoutMs: 600_000,
  connectTimeoutMs: 600_000,
  required: true,
  secrets: [],
  locked: undefined,
  drift: 'refuse',
} as const;

/** A server that is a process: a program and its arguments. */
export function processServer(
  args: readonly string[],
  more: Partial<McpProcessServer> = {},
): McpProcessServer {
  return {
    ...base,
    type: 'stdio',
    command: process.execPath,
    args: args.map((text) => valueOf(text)),
    env: {},
    cwd: process.cwd(),
    ...more,
  };
}

/** A server of these tests that behaves as it is told, see odd-server.mjs. */
export function oddServer(how: object, more: Partial<McpProcessServer> = {}): McpProcessServer {
  return processServer([odd, JSON.stringify(how)], more);
}

/** A server behind an address. */
export function httpServer(url: string, more: Partial<McpHttpServer> = {}): McpHttpServer {
  return { ...base, type: 'http', url, headers: {}, ...more };
}

/** A value as a spec writes it. */
export function valueOf(source: Json): Value {
  return parseValue(source).value;
}

/** The port over real servers, and what it logged. */
export interface World {
  readonly servers: ToolServers;
  readonly logged: string[];
  tools(server: McpServer): Promise<readonly ServerTool[]>;
  call(server: McpServer, tool: string, input?: Json, signal?: AbortSignal): Promise<Json>;
}

const open: Connections[] = [];

/** Connections of their own, with these secrets; closed by `closeWorlds`. */
export function worldOf(
  secrets: Readonly<Record<string, string>> = {},
  processEnv: Readonly<Record<string, string | undefined>> = process.env,
): World {
  const connections = createConnections((text) =>
    Object.values(secrets).reduce((shown, secret) => shown.replaceAll(secret, '[secret]'), text),
  );
  open.push(connections);
  const servers = connections.servers({
    env: {},
    secrets: { get: (name) => secrets[name], values: () => Object.values(secrets) },
    processEnv,
  });
  const logged: string[] = [];
  return {
    servers,
    logged,
    tools: async (server) => (await servers.tools(server, new AbortController().signal)).tools,
    call: (server, tool, input = {}, signal = new AbortController().signal) =>
      servers.call(server, tool, input, { signal, log: (message) => void logged.push(message) }),
  };
}

/** Ends the servers of all worlds; for `afterEach`. */
export async function closeWorlds(): Promise<void> {
  await Promise.all(open.splice(0).map((connections) => connections.close()));
}

/** Whether a process is there. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Waits until something holds, looking often. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20));
}
