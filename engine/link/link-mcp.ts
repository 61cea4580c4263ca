import { suggest } from '../core/suggest.ts';
import type { McpServer } from '../program/mcp.ts';
import { constantValue } from '../expr/index.ts';
import { resolve } from 'node:path';
import type { Node } from '../source/index.ts';
import type { Reporter } from './context.ts';
import { known } from './names.ts';
import { durationOf, textsOf } from './scalars.ts';
import { linkValue, linkValues } from './text.ts';
import type { Visible } from './visible.ts';
import { isClaude } from './tool-names.ts';
import { checkUrl } from './url.ts';

/** What the settings of MCP servers may read, and where the project is. */
export interface McpAround {
  readonly folder: string;
  readonly visible: Visible;
}

/** An MCP server as it is described at a node. */
export function linkMcpServer(reporter: Reporter, name: string, node: Node, around: McpAround): McpServer {
  const { visible, folder } = around;
  const base = {
    name,
    tools: node.get('tools').value === undefined ? undefined : textsOf(node.get('tools')),
    timeoutMs: durationOf(node.get('timeout')) ?? 30_000,
  };
  const url = node.get('url').text();
  if (url !== undefined) {
    checkUrl(reporter, node.get('url'));
    return {
      ...base,
      type: node.get('type').text() === 'sse' ? 'sse' : 'http',
      url,
      headers: linkValues(reporter, node.get('headers'), visible),
    };
  }
  return {
    ...base,
    type: 'stdio',
    command: node.get('command').text() ?? '',
    args: node
      .get('args')
      .list()
      .map((item) => linkValue(reporter, item, visible) ?? constantValue(null)),
    env: linkValues(reporter, node.get('env'), visible),
    cwd: resolve(folder, node.get('cwd').text() ?? '.'),
  };
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
