import { remoteName } from '../core/remote-name.ts';
import type { RemoteTool, RemoteTools } from '../core/remote-tool.ts';
import type { Origin } from '../core/range.ts';
import type { Value } from '../expr/index.ts';
import { noPermissions } from './permissions.ts';
import type { Tool } from './tool.ts';

/** How an MCP server is reached. Its tools are called `<server>__<tool>`, see `remoteName`. */
export type McpServer = McpHttpServer | McpProcessServer;

interface McpServerBase {
  readonly name: string;
  readonly origin: Origin;
  /** The only tools of the server that are offered, by their names there; undefined: all. */
  readonly tools: readonly string[] | undefined;
  /** Other names for tools, by their names there. */
  readonly rename: Readonly<Record<string, string>>;
  /** Longest time of one call. */
  readonly timeoutMs: number;
  /** Longest time until it has told its tools. */
  readonly connectTimeoutMs: number;
  /** Whether an agent that has it cannot do without it. */
  readonly required: boolean;
  /** Names of the secrets that its settings read. */
  readonly secrets: readonly string[];
  /** What `engine.lock` knows of its tools; undefined: nothing. */
  readonly locked: RemoteTools | undefined;
  /** What is done when its tools are not the locked ones. */
  readonly drift: 'refuse' | 'warn';
}

/** An MCP server behind an address. */
export interface McpHttpServer extends McpServerBase {
  readonly type: 'http' | 'sse';
  readonly url: string;
  /** Leaves may read `env` and `secrets`. */
  readonly headers: Readonly<Record<string, Value>>;
}

/** An MCP server that is a process of this machine. */
export interface McpProcessServer extends McpServerBase {
  readonly type: 'stdio';
  readonly command: string;
  /** Each may read `env` and `secrets`. */
  readonly args: readonly Value[];
  readonly env: Readonly<Record<string, Value>>;
  /** Absolute path of the folder it starts in. */
  readonly cwd: string;
}

/** The tools a model has in the mode `search`. */
export const mcpSearchTools = ['mcp_search', 'mcp_call'] as const;

/** How an agent is offered the tools of its servers. */
export interface McpUse {
  /** Each as a tool of the model, or two tools to find and call them. */
  readonly mode: 'direct' | 'search';
  /** Most tools one search finds. */
  readonly searchLimit: number;
}

/** The tools of a server that are offered, as far as it is known beforehand, by the names they are offered under. */
export function lockedTools(server: McpServer): ReadonlyMap<string, { readonly tool: string } & RemoteTool> {
  const { name, locked = {}, tools = Object.keys(locked), rename } = server;
  return new Map(
    tools.flatMap((tool) => {
      const known = Object.hasOwn(locked, tool) ? locked[tool] : undefined;
      return known === undefined ? [] : [[remoteName(name, tool, rename), { tool, ...known }] as const];
    }),
  );
}

/** Names under which tools of a server are offered, as far as they are known beforehand; undefined: any that begin with its name. */
export function offeredNames(server: McpServer): readonly string[] | undefined {
  const { name, tools, rename, locked } = server;
  if (locked !== undefined) return [...lockedTools(server).keys()];
  return tools?.map((tool) => remoteName(name, tool, rename));
}

/** Whether a name may be that of a tool of the server. */
export function mayOffer(server: McpServer, name: string): boolean {
  return offeredNames(server)?.includes(name) ?? name.startsWith(`${server.name}__`);
}

/**
 * A tool of one of these servers by its name, for a step; undefined when none of them can have it. Without a lock its schemas are not
 * known, and its name on the server is taken to be the rest of the name.
 */
export function serverTool(servers: Readonly<Record<string, McpServer>>, name: string): Tool | undefined {
  const server = Object.values(servers).find((one) => mayOffer(one, name));
  if (server === undefined) return undefined;
  const known = lockedTools(server).get(name);
  const tool =
    known?.tool ??
    [...(server.tools ?? []), ...Object.keys(server.rename)].find(
      (own) => remoteName(server.name, own, server.rename) === name,
    ) ??
    name.slice(server.name.length + 2);
  return {
    name,
    hash: name,
    origin: server.origin,
    description: known?.description ?? '',
    inputSchema: known?.inputSchema ?? { type: 'object' },
    outputSchema: known?.outputSchema,
    annotations: known?.annotations ?? {},
    timeoutMs: undefined,
    retry: undefined,
    secrets: [],
    permissions: noPermissions,
    idempotencyKey: undefined,
    run: { type: 'mcp', server, tool },
  };
}
