import { choices, suggest } from '../core/suggest.ts';
import type { Agent } from '../program/agent.ts';
import { mayOffer, offeredNames } from '../program/mcp.ts';
import type { Sandbox } from '../program/sandbox.ts';
import { builtinTools, type BuiltinTool, type Tool } from '../program/tool.ts';
import type { Node } from '../source/index.ts';
import type { Reporter } from './context.ts';
import type { Linked } from './linked.ts';
import type { Merged } from './merge-profiles.ts';
import {
  builtinOf,
  isClaude,
  namedTools,
  readingTools,
  readOnlyPreset,
  type NamedTool,
} from './tool-names.ts';

/**
 * The tools of an agent: those it lists, or else what its sandbox grants and its MCP servers have; without the disallowed ones.
 * @param extra built-in tools that come with other keys.
 */
export function linkAgentTools(
  reporter: Reporter,
  merged: Merged,
  { sandbox, isOpen }: { readonly sandbox: Sandbox; readonly isOpen: boolean },
  { tools: declared, apis }: Pick<Linked, 'tools' | 'apis'>,
  servers: Agent['mcpServers'],
  extra: readonly BuiltinTool[],
): Pick<Agent, 'builtins' | 'tools' | 'mcpTools' | 'withoutMcpTools'> {
  const granted = grantedBy(sandbox);
  const builtins = new Set<BuiltinTool>(merged.has('tools') ? [] : granted);
  const tools = new Map<string, Tool>();
  const mcpTools: string[] = [];
  const withoutMcpTools: string[] = [];
  const withheld: NamedTool[] = [];
  const told = new Set<string>();
  const all = [
    ...Object.keys(declared),
    ...Object.keys(apis),
    ...builtinTools,
    readOnlyPreset,
    ...Object.values(servers).flatMap((server) => offeredNames(server) ?? [`${server.name}__*`]),
  ];
  const find = (tool: NamedTool): readonly Tool[] | BuiltinTool | 'mcp' | undefined => {
    const { node, name, written, start } = tool;
    const builtin = builtinOf(name);
    const isServer = ofServer(name, servers);
    const found = Object.hasOwn(declared, name)
      ? [declared[name] as Tool]
      : Object.hasOwn(apis, name)
        ? (apis[name] ?? []).flatMap((operation) => declared[operation] ?? [])
        : (builtin ?? (isServer ? 'mcp' : undefined));
    reporter.noteReference(node, { kind: 'tool', name, known: found !== undefined });
    if (found !== undefined) return found;
    const server = Object.keys(servers).find((one) => name.startsWith(`${one}__`));
    const near = server === undefined ? all : all.filter((one) => one.startsWith(`${server}__`));
    // Servers of Claude Code are declared elsewhere; its agent does without them here.
    const isElsewhere = isClaude(node) && written.startsWith('mcp__') && suggest(name, near).length === 0;
    reporter.report(node, 'ref/unknown-tool', `no tool "${written}"${choices(name, near)}`, {
      level: isElsewhere && server === undefined ? 'info' : 'error',
      suggestions: suggest(name, near, 3),
      ...(written === node.text() ? {} : { within: { start, end: start + written.length } }),
    });
    return undefined;
  };
  for (const tool of namedTools(merged.nodes('tools').flatMap(itemsOf))) {
    const found = find(tool);
    if (found === undefined) continue;
    if (found === 'mcp') mcpTools.push(tool.name);
    else if (typeof found !== 'string') {
      for (const one of found) tools.set(one.name, one);
      if (!isOpen) reportCommand(reporter, tool, found, sandbox);
    } else if (
      isOpen ||
      found === 'task' ||
      found === 'load_skill' ||
      [...granted, ...grantedByName(sandbox)].includes(found)
    )
      builtins.add(found);
    else if (isClaude(tool.node)) withheld.push(tool);
    else {
      const { node, written, start } = tool;
      // A preset stands for several.
      const place = `${node.source.file}${node.pointer} ${start}`;
      if (told.has(place)) continue;
      told.add(place);
      const missing = `needs a sandbox that grants it; "${sandbox.name}" ${whatIsMissing(found, sandbox)}`;
      reporter.report(
        node,
        'security/tool-not-granted',
        `tool "${written}" ${missing}`,
        written === node.text() ? {} : { within: { start, end: start + written.length } },
      );
    }
  }
  reportWithheld(reporter, withheld, sandbox);
  for (const one of extra) builtins.add(one);
  for (const tool of namedTools(merged.nodes('disallowedTools').flatMap(itemsOf))) {
    const found = find(tool);
    if (typeof found === 'string') {
      if (found === 'mcp') withoutMcpTools.push(tool.name);
      else builtins.delete(found);
    } else for (const one of found ?? []) tools.delete(one.name);
  }
  return {
    builtins: [...builtins],
    tools: [...tools.values()],
    mcpTools: merged.has('tools') ? mcpTools : undefined,
    withoutMcpTools,
  };
}

/** Reports a tool that runs a command where the agent works, and there are none. */
function reportCommand(
  reporter: Reporter,
  { node, written, start }: NamedTool,
  found: readonly Tool[],
  sandbox: Sandbox,
): void {
  const isLacking = found.some(({ run }) => run.type === 'command' && run.sandbox === undefined);
  if (!isLacking || sandbox.shell) return;
  const missing = sandbox.type === 'none' ? 'has no commands at all' : 'has no "shell: true"';
  reporter.report(
    node,
    'security/tool-not-granted',
    `tool "${written}" runs a command and needs a sandbox that grants it; "${sandbox.name}" ${missing}`,
    written === node.text() ? {} : { within: { start, end: start + written.length } },
  );
}

/** Says once of an agent of Claude Code, which says nothing of sandboxes, which tools it does without. */
function reportWithheld(reporter: Reporter, withheld: readonly NamedTool[], sandbox: Sandbox): void {
  const [first] = withheld;
  if (first === undefined) return;
  const names = withheld.map(({ written }) => `"${written}"`).join(', ');
  reporter.report(
    first.node,
    'security/tool-not-granted',
    `the agent does without ${names}, which its sandbox "${sandbox.name}" does not grant; "defaults.sandbox" of the config may name another`,
    { level: 'info' },
  );
}

/** Whether a name is that of an MCP server, which stands for all its tools, or of one tool of it. */
function ofServer(name: string, servers: Agent['mcpServers']): boolean {
  return Object.values(servers).some((server) => name === server.name || mayOffer(server, name));
}

/** The names of a list, or the text that holds them. */
function itemsOf(node: Node): readonly Node[] {
  return node.text() === undefined ? node.list() : [node];
}

/** Built-in tools a sandbox has a use for. */
function grantedBy(sandbox: Sandbox): readonly BuiltinTool[] {
  if (sandbox.type === 'none') return [];
  return [
    ...readingTools,
    ...(sandbox.write ? (['write', 'edit'] as const) : []),
    ...(sandbox.shell ? (['bash'] as const) : []),
  ];
}

/** Built-in tools a sandbox allows to those that name them: what they do, others do as well. */
function grantedByName(sandbox: Sandbox): readonly BuiltinTool[] {
  if (sandbox.type === 'none') return [];
  return [...(['stat', 'exists'] as const), ...(sandbox.write ? (['mkdir', 'rm'] as const) : [])];
}

function whatIsMissing(tool: BuiltinTool, sandbox: Sandbox): string {
  if (sandbox.type === 'none') return 'has no files; write "sandbox: virtual" or name a sandbox of your own';
  return tool === 'bash' ? 'has no "shell: true"' : 'has no "write: true"';
}
