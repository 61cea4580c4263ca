import { builtinTools, type Tool } from '../program/tool.ts';
import type { Reporter } from './context.ts';
import type { Config } from './link-settings.ts';
import { linkModuleTool, linkTool } from './link-tool.ts';
import type { ToolAround } from './tool-parts.ts';

/** Every tool of a project. */
export interface AllTools {
  readonly tools: Readonly<Record<string, Tool>>;
  /** The operations of each API, which are a tool each. */
  readonly apis: Readonly<Record<string, readonly string[]>>;
  /** Beginnings of names of tools that cannot be known beforehand: those of MCP servers. */
  readonly prefixes: readonly string[];
}

/** Links the tools of a project, those that are only a TypeScript file among them. */
export function linkAllTools(
  reporter: Reporter,
  config: Omit<Config, 'common'>,
  around: ToolAround,
): AllTools {
  const { names } = around;
  const tools: Record<string, Tool> = {};
  const apis: Record<string, readonly string[]> = {};
  for (const [name, file] of Object.entries(names.modules))
    tools[name] = linkModuleTool(name, file, file.slice(config.folder.length + 1));
  for (const [name, node] of Object.entries(names.of.tool)) {
    const linked = linkTool(reporter, node, config, around);
    for (const tool of linked) {
      if (Object.hasOwn(tools, tool.name))
        reporter.report(
          node,
          'ref/ambiguous-name',
          `two tools are called "${tool.name}"; rename one of their files`,
        );
      tools[tool.name] = tool;
    }
    if (node.get('type').text() === 'openapi') apis[name] = linked.map((tool) => tool.name);
    // A tool that could not be linked has been reported; its users shall not be reported too.
    else if (linked.length === 0) tools[name] = linkModuleTool(name, node.source.path, node.source.file);
  }
  for (const name of builtinTools) {
    const node = Object.hasOwn(names.of.tool, name) ? names.of.tool[name] : undefined;
    if (node !== undefined)
      reporter.report(node, 'ref/ambiguous-name', `"${name}" is a built-in tool; choose another name`);
  }
  return { tools, apis, prefixes: serversOf(around, config).map((server) => `${server}__`) };
}

/** Names of all MCP servers, those that agents describe in place among them. */
function serversOf({ names }: ToolAround, { mcpServers }: Omit<Config, 'common'>): string[] {
  const inPlace = [names.of.agent, names.of.profile]
    .flatMap((specs) => Object.values(specs))
    .map((root) => root.get('mcpServers'))
    .flatMap((node) => [node, ...node.list()])
    .flatMap((node) => node.entries().map(([name]) => name));
  return [...new Set([...Object.keys(mcpServers), ...inPlace])];
}
