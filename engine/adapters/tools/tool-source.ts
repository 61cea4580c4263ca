import { Problem } from '../../core/problem.ts';
import type { OpenTool, ToolSource } from '../../ports/tool-source.ts';
import type { Outgoing } from '../../ports/telemetry.ts';
import type { Tool } from '../../program/tool.ts';
import type { ToolServers } from '../../ports/tool-servers.ts';
import { openMcpTool } from '../mcp/open-tool.ts';
import type { FindAddresses } from './http-host.ts';
import { createSender } from './http-send.ts';
import { createStepSender, openHttpTool } from './http.ts';
import { createModuleLoader, type ModuleLoader } from './module-loader.ts';
import { openNodeTool } from './node.ts';
import { openOpenApiTool, type ReadOperation } from './openapi.ts';

/**
 * Makes `node`, `http` and `openapi` tools runnable. A tool is opened once, or again after it could not be; a new source sees edited
 * modules.
 * @param options.env the values templates read as `env`.
 * @param options.readOperation reads documents that had to be fetched; default these cannot be used.
 * @param options.loader imports modules; default one of its own.
 * @param options.servers where `mcp` tools are; default these cannot be used.
 * @param options.outgoing headers that tell where a request stands in a trace; default none.
 * @param options.findAddresses finds the addresses of hosts that nobody wrote out; default the system does.
 */
export function createToolSource(options: {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readOperation?: ReadOperation;
  readonly findAddresses?: FindAddresses;
  readonly servers?: ToolServers;
  readonly loader?: ModuleLoader;
  readonly outgoing?: Outgoing | undefined;
}): ToolSource {
  const { env, readOperation, findAddresses, servers, loader = createModuleLoader() } = options;
  const sender = createSender(findAddresses, options.outgoing);
  const opened = new WeakMap<Tool, Promise<OpenTool>>();

  async function openNow(tool: Tool): Promise<OpenTool> {
    switch (tool.run.type) {
      case 'node':
        return openNodeTool(tool, tool.run, loader);
      case 'http':
        return openHttpTool(tool, tool.run, { env, sender });
      case 'openapi':
        return openOpenApiTool(tool, tool.run, { env, sender, readOperation });
      case 'mcp':
        if (servers !== undefined) return openMcpTool(tool, tool.run, servers);
        throw new Problem('not_available', `tool "${tool.name}": there are no MCP servers here`);
      default:
        throw new Problem('invalid_project', `tool type "${tool.run.type}" is not available in this version`);
    }
  }

  return {
    open(tool) {
      const known = opened.get(tool) ?? openNow(tool);
      opened.set(tool, known);
      known.catch(() => opened.delete(tool));
      return known;
    },
    request: createStepSender(sender),
  };
}
