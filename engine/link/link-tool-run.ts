import { choices, suggest } from '../core/suggest.ts';
import { literalTemplate } from '../expr/index.ts';
import type { CommandTool, HttpTool } from '../program/tool.ts';
import type { Node } from '../source/index.ts';
import type { Reporter } from './context.ts';
import { checkCommandGranted } from './command-granted.ts';
import { linkHeaders } from './link-headers.ts';
import { linkMcpServer } from './link-mcp.ts';
import { mergeProfiles } from './merge-profiles.ts';
import type { Config } from './link-settings.ts';
import { linkSign } from './link-sign.ts';
import { known } from './names.ts';
import { checkPassedOn } from './passed-on.ts';
import type { LinkedRun, ToolAround, ToolSight } from './tool-parts.ts';
import { linkTemplate, linkValue, linkValues } from './text.ts';
import { checkUrl } from './url.ts';

/** One HTTP request. */
export function linkHttp(reporter: Reporter, root: Node, { visible, sinks }: ToolSight): HttpTool {
  const request = root.get('request');
  checkUrl(reporter, request.get('url'), true);
  return {
    type: 'http',
    method: request.get('method').text() ?? 'GET',
    url: linkTemplate(reporter, request.get('url'), visible) ?? literalTemplate(''),
    query: linkValues(reporter, request.get('query'), visible),
    headers: linkHeaders(reporter, request.get('headers'), sinks),
    body: linkValue(reporter, request.get('body'), visible),
    ...linkSign(reporter, request, sinks),
  };
}

/** A command in the sandbox. Reports a program that arguments could choose, and arguments in a line for the shell. */
export function linkCommand(
  reporter: Reporter,
  root: Node,
  { visible, sinks }: ToolSight,
  { sandboxes }: ToolAround,
): CommandTool {
  const list = root.get('command').list();
  const program = list[0];
  if (program?.text()?.includes('{{') === true)
    reporter.report(
      program,
      'template/not-allowed',
      'the program must be written out, so that arguments cannot choose it; templates may stand in what follows',
    );
  const line = root.get('shell');
  const start = line.text()?.search(/\{\{|\$\{\{/) ?? -1;
  if (start !== -1)
    reporter.report(
      line,
      'template/not-allowed',
      'a line for the shell takes no template, since arguments could then run commands; read them as "$INPUT_<NAME>", or write "command" as a list',
      { within: { start, end: start + 2 } },
    );
  const cwd = root.get('cwd').text();
  if (cwd !== undefined && /(^|\/)\.\.(\/|$)/.test(cwd))
    reporter.report(
      root.get('cwd'),
      'schema/bad-format',
      `"${cwd}" leads out of the workspace; it has no ".."`,
    );
  const sandbox = sandboxOf(reporter, root.get('sandbox'), sandboxes);
  if (sandbox !== undefined) checkCommandGranted(reporter, root.get('command'), sandbox);
  return {
    type: 'command',
    command: line.text() ?? list.map((item) => linkTemplate(reporter, item, visible) ?? literalTemplate('')),
    cwd,
    env: linkValues(reporter, root.get('env'), sinks),
    sandbox,
  };
}

function sandboxOf(
  reporter: Reporter,
  node: Node,
  sandboxes: ToolAround['sandboxes'],
): CommandTool['sandbox'] {
  const name = node.text();
  if (name === undefined || !known(reporter, node, 'sandbox', name, Object.keys(sandboxes))) return undefined;
  const sandbox = sandboxes[name];
  if (sandbox !== undefined && (sandbox.type === 'none' || !sandbox.shell))
    reporter.report(
      node,
      'security/tool-not-granted',
      `a command needs a sandbox that grants it; "${name}" ${sandbox.type === 'none' ? 'has no commands at all' : 'has no "shell: true"'}`,
    );
  return sandbox;
}

/** A workflow of the project. */
export function linkWorkflowTool(reporter: Reporter, root: Node, { names }: ToolAround): LinkedRun {
  const node = root.get('workflow');
  const workflow = node.text() ?? '';
  const run = { type: 'workflow', workflow } as const;
  if (node.text() === undefined) return { run };
  const all = [...Object.keys(names.of.workflow), ...Object.keys(names.workflowModules)];
  if (!known(reporter, node, 'workflow', workflow, all)) return { run };
  const target = names.of.workflow[workflow];
  // A workflow in TypeScript takes what it likes.
  if (target === undefined) return { run, inputSchema: { type: 'object' } };
  const schemas = {
    inputSchema: target.get('inputSchema').object(),
    outputSchema: target.get('outputSchema').object(),
  };
  checkPassedOn(reporter, root, `workflow "${workflow}"`, schemas);
  return { run, ...schemas };
}

/** An agent of the project. */
export function linkAgentTool(
  reporter: Reporter,
  root: Node,
  { visible }: ToolSight,
  { names }: ToolAround,
): LinkedRun {
  const node = root.get('agent');
  const agent = node.text() ?? '';
  const run = {
    type: 'agent',
    agent,
    message: linkTemplate(reporter, root.get('message'), visible),
    instance: linkTemplate(reporter, root.get('instance'), visible),
  } as const;
  if (node.text() === undefined) return { run };
  const all = [...Object.keys(names.of.agent), ...Object.keys(names.agentModules)];
  if (!known(reporter, node, 'agent', agent, all)) return { run };
  const target = names.of.agent[agent];
  if (target === undefined) return { run, inputSchema: { type: 'object' } };
  const merged = mergeProfiles(reporter, target, names);
  const schemas = {
    inputSchema: merged.get('inputSchema').object(),
    outputSchema: merged.get('outputSchema').object(),
  };
  checkPassedOn(reporter, root, `agent "${agent}"`, schemas);
  const isAsked = schemas.inputSchema === undefined && root.get('message').value === undefined;
  return { run, ...schemas, ...(isAsked ? { inputSchema: question } : {}) };
}

/** What an agent is asked that says of no shape of its own. */
const question = {
  type: 'object',
  required: ['message'],
  additionalProperties: false,
  properties: {
    message: { type: 'string', minLength: 1, description: 'What to say, with all it must know.' },
  },
};

/** A tool of an MCP server; what it takes is not known beforehand, unless the file says it. */
export function linkMcpTool(
  reporter: Reporter,
  root: Node,
  config: Omit<Config, 'common'>,
  { sinks }: ToolSight,
): LinkedRun | undefined {
  const node = root.get('server');
  const name = node.text();
  const tool = root.get('tool').text() ?? '';
  if (name !== undefined && !known(reporter, node, 'server', name, Object.keys(config.mcpServers)))
    return undefined;
  const server =
    name === undefined
      ? linkMcpServer(reporter, root.source.name, node, {
          folder: config.folder,
          mcp: config.mcp,
          visible: { ...sinks, names: new Set(['env', 'secrets']) },
        })
      : config.mcpServers[name];
  if (server === undefined) return undefined;
  if (server.tools !== undefined && root.get('tool').text() !== undefined)
    known(reporter, root.get('tool'), 'tool', tool, server.tools);
  const { locked = {} } = server;
  const pinned = Object.hasOwn(locked, tool) ? locked[tool] : undefined;
  if (server.locked !== undefined && pinned === undefined && server.tools === undefined && tool !== '')
    reporter.report(
      root.get('tool'),
      'ref/unknown-tool',
      `server "${server.name}" has no tool "${tool}" in "engine.lock"${choices(tool, Object.keys(locked))}`,
      { suggestions: suggest(tool, Object.keys(locked), 3) },
    );
  return {
    run: { type: 'mcp', server, tool },
    inputSchema: pinned?.inputSchema ?? { type: 'object' },
    ...(pinned?.outputSchema === undefined ? {} : { outputSchema: pinned.outputSchema }),
  };
}
