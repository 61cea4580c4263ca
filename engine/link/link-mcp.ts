import { resolve } from 'node:path';
import { constantValue, valueReads, type Value } from '../expr/index.ts';
import { choices, suggest } from '../core/suggest.ts';
import type { RemoteTools } from '../core/remote-tool.ts';
import type { McpServer, McpUse } from '../program/mcp.ts';
import type { Node } from '../source/index.ts';
import type { Reporter } from './context.ts';
import { readEngineLock } from './engine-lock.ts';
import { linkHeaders } from './link-headers.ts';
import { known } from './names.ts';
import { durationOf, textsOf } from './scalars.ts';
import { linkValue, linkValues } from './text.ts';
import type { Visible } from './visible.ts';
import { isClaude } from './tool-names.ts';
import { checkUrl } from './url.ts';

/** What the settings of MCP servers may read, where the project is, and what is known of its servers. */
export interface McpAround {
  readonly folder: string;
  readonly visible: Visible;
  readonly mcp: McpCommon;
}

/** What the project says of all MCP servers. */
export interface McpCommon {
  readonly locked: Readonly<Record<string, RemoteTools>>;
  readonly drift: McpServer['drift'];
  readonly use: McpUse;
}

/** The settings of all MCP servers, with what `engine.lock` knows of them. Reports a lock that cannot be used. */
export function linkMcpCommon(reporter: Reporter, root: Node, folder: string): McpCommon {
  const lock = readEngineLock(folder);
  if ('fault' in lock) {
    const node = root.get('mcpServers').value === undefined ? root : root.get('mcpServers');
    reporter.report(
      node,
      'source/unreadable',
      `"engine.lock" ${lock.fault}; write it again with "engine mcp lock"`,
      node === root ? {} : { part: 'key' },
    );
  }
  return {
    locked: 'fault' in lock ? {} : lock.servers,
    drift: root.get('mcp').get('drift').text() === 'warn' ? 'warn' : 'refuse',
    use: linkMcpUse([root.get('mcp')], { mode: 'direct', searchLimit: 10 }),
  };
}

/** How tools of servers are offered: what the first of these nodes says, then the next ones, then the default. */
export function linkMcpUse(nodes: readonly Node[], otherwise: McpUse): McpUse {
  const mode = nodes.map((node) => node.get('mode').text()).find((one) => one !== undefined);
  return {
    mode: mode === undefined ? otherwise.mode : mode === 'search' ? 'search' : 'direct',
    searchLimit:
      nodes.map((node) => node.get('searchLimit').number()).find((one) => one !== undefined) ??
      otherwise.searchLimit,
  };
}

/** An MCP server as it is described at a node. */
export function linkMcpServer(reporter: Reporter, name: string, node: Node, around: McpAround): McpServer {
  const { visible, folder, mcp } = around;
  const locked = Object.hasOwn(mcp.locked, name) ? mcp.locked[name] : undefined;
  const base = {
    name,
    origin: node.origin(),
    tools: node.get('tools').value === undefined ? undefined : textsOf(node.get('tools')),
    rename: Object.fromEntries(
      node
        .get('rename')
        .entries()
        .flatMap(([tool, to]) => (to.text() === undefined ? [] : [[tool, to.text() ?? tool] as const])),
    ),
    timeoutMs: durationOf(node.get('timeout')) ?? 30_000,
    connectTimeoutMs: durationOf(node.get('connectTimeout')) ?? 30_000,
    required: node.get('required').flag() ?? true,
    locked,
    drift: mcp.drift,
  };
  checkTools(reporter, name, node, locked);
  const url = node.get('url').text();
  if (url !== undefined) {
    checkUrl(reporter, node.get('url'));
    const headers = linkHeaders(reporter, node.get('headers'), visible);
    return {
      ...base,
      secrets: secretsRead(Object.values(headers)),
      type: node.get('type').text() === 'sse' ? 'sse' : 'http',
      url,
      headers,
    };
  }
  const args = node
    .get('args')
    .list()
    .map((item) => linkValue(reporter, item, visible) ?? constantValue(null));
  const env = linkValues(reporter, node.get('env'), visible);
  return {
    ...base,
    secrets: secretsRead([...args, ...Object.values(env)]),
    type: 'stdio',
    command: node.get('command').text() ?? '',
    args,
    env,
    cwd: resolve(folder, node.get('cwd').text() ?? '.'),
  };
}

/** What specs may depend on of servers: which tools they offer, and what is known of those. */
export function knownOfServers(servers: Readonly<Record<string, McpServer>>): object {
  const all = Object.values(servers).map(({ name, tools, rename, locked }) => ({
    ...{ name, rename },
    tools: tools ?? null,
    locked: locked ?? null,
  }));
  return all.length === 0 ? {} : { mcpServers: all };
}

function secretsRead(values: readonly Value[]): string[] {
  const names = values
    .flatMap(valueReads)
    .flatMap(({ path: [root, name] }) => (root === 'secrets' ? (name ?? []) : []));
  return [...new Set(names)];
}

/** Reports tools that the server had not when it was locked, and new names that are no use. */
function checkTools(reporter: Reporter, server: string, node: Node, locked: RemoteTools | undefined): void {
  const all = locked === undefined ? undefined : Object.keys(locked);
  const listed = node.get('tools').list();
  const isGone = (at: Node, name: string, part?: 'key'): boolean => {
    if (all === undefined || all.includes(name)) return false;
    reporter.report(
      at,
      'ref/unknown-tool',
      `server "${server}" has no tool "${name}" in "engine.lock"${choices(name, all)}`,
      { suggestions: suggest(name, all, 3), ...(part === undefined ? {} : { part }) },
    );
    return true;
  };
  for (const item of listed) isGone(item, item.text() ?? '');
  const seen = new Map<string, string>();
  for (const [tool, to] of node.get('rename').entries()) {
    if (isGone(to, tool, 'key')) continue;
    const name = to.text() ?? '';
    const other = seen.get(name);
    if (other !== undefined)
      reporter.report(
        to,
        'ref/ambiguous-name',
        `"${other}" is called "${name}" already; choose another name`,
      );
    seen.set(name, tool);
    if (listed.length > 0 && !listed.some((item) => item.text() === tool))
      reporter.report(to, 'ref/unknown-tool', `"${tool}" is not offered; add it to "tools"`, { part: 'key' });
  }
}
/** MCP servers by name. */
export function linkMcpServers(reporter: Reporter, node: Node, around: McpAround): Record<string, McpServer> {
  return Object.fromEntries(
    node.entries().map(([name, server]) => [name, linkMcpServer(reporter, name, server, around)]),
  );
}

/** The MCP servers of an agent: a list of names and of maps, or a map of servers described in place. */
export function linkAgentServers(
  reporter: Reporter,
  nodes: readonly Node[],
  declared: Readonly<Record<string, McpServer>>,
  around: McpAround,
): Record<string, McpServer> {
  const servers: Record<string, McpServer> = {};
  for (const node of nodes.flatMap((item) => (item.list().length > 0 ? item.list() : [item]))) {
    const name = node.text();
    if (name === undefined) Object.assign(servers, linkMcpServers(reporter, node, around));
    else if (isElsewhere(node, name, Object.keys(declared)))
      reporter.report(
        node,
        'ref/unknown-server',
        `no server "${name}" under "mcpServers" of the config; the agent does without it`,
        { level: 'info' },
      );
    else if (known(reporter, node, 'server', name, Object.keys(declared))) {
      const server = declared[name];
      if (server !== undefined) servers[name] = server;
    }
  }
  return servers;
}

/** Servers of Claude Code are declared elsewhere; its agents do without them here. */
function isElsewhere(node: Node, name: string, declared: readonly string[]): boolean {
  return isClaude(node) && !declared.includes(name) && suggest(name, declared).length === 0;
}
