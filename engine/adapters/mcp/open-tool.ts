import { Problem } from '../../core/problem.ts';
import type { OpenTool } from '../../ports/tool-source.ts';
import type { ToolServers } from '../../ports/tool-servers.ts';
import type { McpTool, Tool } from '../../program/tool.ts';

/**
 * A declared tool that is a tool of an MCP server. What its file and `engine.lock` do not say of it, its server is asked. Throws what
 * `ToolServers.tools` throws, and Problem `tool_invalid` when the server has no such tool.
 */
export async function openMcpTool(
  tool: Tool,
  { server, tool: name }: McpTool,
  servers: ToolServers,
): Promise<OpenTool> {
  const isKnown = Object.keys(Object(tool.inputSchema) as object).some((key) => key !== 'type');
  const live = isKnown || server.locked !== undefined ? undefined : await ask();
  return {
    description: tool.description === '' ? (live?.description ?? '') : tool.description,
    inputSchema: live?.inputSchema ?? tool.inputSchema ?? { type: 'object' },
    outputSchema: tool.outputSchema ?? live?.outputSchema,
    ...(live?.annotations === undefined ? {} : { annotations: live.annotations }),
    run: (input, { signal, log }) => servers.call(server, name, input, { signal, log }),
  };

  async function ask(): Promise<Awaited<ReturnType<ToolServers['tools']>>['tools'][number]> {
    const { tools } = await servers.tools(server, AbortSignal.timeout(server.connectTimeoutMs + 1_000));
    const found = tools.find((one) => one.tool === name);
    if (found === undefined)
      throw new Problem(
        'tool_invalid',
        `tool "${tool.name}": MCP server "${server.name}" has no tool "${name}"`,
      );
    return found;
  }
}
