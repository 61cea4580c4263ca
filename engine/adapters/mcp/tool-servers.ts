import { driftLines, remoteDrift } from '../../core/remote-drift.ts';
import { remoteName } from '../../core/remote-name.ts';
import { Problem } from '../../core/problem.ts';
import { choices } from '../../core/suggest.ts';
import type { OfferedTools, ServerTool, ToolServers } from '../../ports/tool-servers.ts';
import type { McpServer } from '../../program/mcp.ts';
import type { Outgoing } from '../../ports/telemetry.ts';
import { createConnection, type Connection } from './connection.ts';
import type { ReadTools } from './read-tools.ts';
import { reach, type Reached, type Surroundings } from './settings.ts';

/** The connections of an engine, shared by all who use the same server with the same settings. */
export interface Connections {
  /** The port, with the secrets and variables of one Program. */
  servers(around: Surroundings): ToolServers;
  /** Ends the servers that are none of these, as the port of a Program reaches them, once no call is at work on them. */
  endOthers(port: ToolServers, these: readonly McpServer[]): void;
  /** Ends all servers. */
  close(): Promise<void>;
}

/** Most lines of a drift in a message. */
const shownLines = 8;

/**
 * Connections that are opened when they are needed, one for each server.
 * @param redact takes secrets out of what servers print and answer with.
 * @param outgoing headers that tell where a request stands in a trace; default none.
 */
export function createConnections(redact: (text: string) => string, outgoing?: Outgoing): Connections {
  const open = new Map<string, Connection>();
  const arounds = new WeakMap<ToolServers, Surroundings>();
  let isClosed = false;
  return {
    servers(around) {
      const offered = new WeakMap<McpServer, { readonly read: ReadTools; readonly offer: OfferedTools }>();
      const find = (server: McpServer): Connection => {
        if (isClosed) throw new Problem('shutting_down', 'the engine is stopping');
        const reached = reach(server, around);
        const key = keyOf(server, reached);
        const known = open.get(key) ?? createConnection(server.name, reached, redact, outgoing);
        open.set(key, known);
        return known;
      };
      const tools: ToolServers['tools'] = async (server, signal) => {
        const read = await find(server).tools(server.connectTimeoutMs, signal);
        const before = offered.get(server);
        if (before?.read === read) return before.offer;
        const offer = offerOf(server, read);
        offered.set(server, { read, offer });
        return offer;
      };
      const port: ToolServers = {
        tools,
        async call(server, tool, input, call) {
          const { tools: all } = await tools(server, call.signal);
          if (!all.some((one) => one.tool === tool)) {
            const names = all.map((one) => one.tool);
            throw new Problem(
              'tool_failed',
              `MCP server "${server.name}" has no tool "${tool}"${choices(tool, names)}`,
            );
          }
          const timeouts = { callMs: server.timeoutMs, connectMs: server.connectTimeoutMs };
          return find(server).call(tool, input, timeouts, call);
        },
      };
      arounds.set(port, around);
      return port;
    },
    endOthers(port, these) {
      const around = arounds.get(port);
      if (around === undefined) return;
      const wanted = new Set(these.map((server) => wantedKey(server, around)));
      for (const [key, connection] of open) if (!wanted.has(key)) connection.rest();
    },
    async close() {
      isClosed = true;
      await Promise.all([...open.values()].map((connection) => connection.close()));
    },
  };
}

function keyOf({ name }: McpServer, reached: Reached): string {
  return JSON.stringify([name, reached]);
}

/** Undefined for a server that cannot be reached as it stands. */
function wantedKey(server: McpServer, around: Surroundings): string | undefined {
  try {
    return keyOf(server, reach(server, around));
  } catch {
    return undefined;
  }
}

/** What of the tools of a server is offered. Throws Problem `mcp_drift`. */
function offerOf(server: McpServer, read: ReadTools): OfferedTools {
  const { name, tools: only, rename, locked, drift } = server;
  const who = `MCP server "${name}"`;
  const warnings = read.warnings.map((warning) => `${who}: ${warning}`);
  const listed = ([tool]: readonly [string, unknown]): boolean => only?.includes(tool) ?? true;
  let found = Object.entries(read.tools).filter(listed);
  for (const tool of only ?? [])
    if (!Object.hasOwn(read.tools, tool)) warnings.push(`${who} has no tool "${tool}", which "tools" names`);
  if (locked !== undefined) {
    const known = Object.fromEntries(Object.entries(locked).filter(listed));
    const differs = remoteDrift(known, Object.fromEntries(found));
    const lines = driftLines(drift === 'refuse' ? { ...differs, added: [] } : differs);
    const said = lines.slice(0, shownLines).join('; ');
    const more = lines.length > shownLines ? `; ${lines.length - shownLines} more` : '';
    if (lines.length > 0 && drift === 'refuse')
      throw new Problem(
        'mcp_drift',
        `${who} is not what "engine.lock" says, and is not used: ${said}${more}; look at it, then accept it with "engine mcp lock"`,
        { details: { server: name, drift: lines } },
      );
    if (lines.length > 0) warnings.push(`${who} is not what "engine.lock" says: ${said}${more}`);
    if (drift === 'refuse') {
      found = found.filter(([tool]) => Object.hasOwn(known, tool));
      const [first] = differs.added;
      if (first !== undefined)
        warnings.push(
          `${who} has tools that are not in "engine.lock" and are left out: ${differs.added.slice(0, 6).join(', ')}; accept them with "engine mcp lock"`,
        );
    }
  }
  const byName = new Map<string, ServerTool>();
  for (const [tool, about] of found) {
    const offeredAs = remoteName(name, tool, rename);
    const other = byName.get(offeredAs);
    if (other !== undefined)
      warnings.push(
        `${who}: "${tool}" is left out, since "${other.tool}" is called "${offeredAs}" already; rename one of them`,
      );
    else byName.set(offeredAs, { ...about, tool, name: offeredAs });
  }
  return { tools: [...byName.values()], warnings };
}
