import { dirname } from 'node:path';
import { noPermissions } from '../program/permissions.ts';
import type { Tool } from '../program/tool.ts';
import { recordOf, typeFromSchema, typeScope } from '../expr/index.ts';
import { type Node, textOnDisk } from '../source/index.ts';
import { envType } from './env-type.ts';
import type { Config } from './link-settings.ts';
import type { Reporter } from './context.ts';
import { digest, hashOf } from './hash.ts';
import { linkAgentTool, linkCommand, linkHttp, linkMcpTool, linkWorkflowTool } from './link-tool-run.ts';
import { linkOperations } from './link-openapi.ts';
import { linkPermissions } from './link-permissions.ts';
import { known } from './names.ts';
import { projectPath } from './project-path.ts';
import { durationOf, retryOf, textsOf } from './scalars.ts';
import type { LinkedRun, ToolAround, ToolSight } from './tool-parts.ts';
import { linkTemplate, linkValue } from './text.ts';
import type { Visible } from './visible.ts';

/** The tools of a file: one, or for an API one for each operation. */
export function linkTool(
  reporter: Reporter,
  root: Node,
  config: Omit<Config, 'common'>,
  around: ToolAround,
): Tool[] {
  const { name } = root.source;
  const type = root.get('type').text();
  const common = linkCommon(reporter, root, config);
  const outputSchema = root.get('outputSchema').object();
  const make = (
    parts: Pick<Tool, 'name' | 'inputSchema' | 'outputSchema' | 'run'> & Partial<Tool>,
  ): Tool => ({
    ...common,
    ...parts,
    hash: digest({
      spec: hashOf(root.source),
      code: parts.run.type === 'node' ? (textOnDisk(parts.run.module) ?? '') : '',
      ...(parts.run.type === 'openapi' || parts.run.type === 'mcp'
        ? { input: parts.inputSchema, output: parts.outputSchema }
        : {}),
    }),
  });
  const sight = sightOf(root, config);
  if (type === 'openapi') {
    return linkOperations(reporter, root, config.folder, sight.sinks).map((operation) =>
      make({
        ...operation,
        description: operation.description === '' ? common.description : operation.description,
        annotations: { ...operation.annotations, ...common.annotations },
      }),
    );
  }
  const linked = linkRun(reporter, root, config, around, sight);
  if (linked === undefined) return [];
  const none = linked.run.type === 'node' ? undefined : { type: 'object', additionalProperties: false };
  return [
    make({
      name,
      inputSchema: root.get('inputSchema').object() ?? linked.inputSchema ?? none,
      outputSchema: outputSchema ?? linked.outputSchema,
      run: linked.run,
    }),
  ];
}

/** A tool that is only a TypeScript file: its module says everything else. */
export function linkModuleTool(name: string, file: string, relativeFile: string): Tool {
  const start = { line: 1, column: 1, offset: 0 };
  return {
    name,
    hash: digest({ name, code: textOnDisk(file) ?? '' }),
    origin: { file: relativeFile, range: { start, end: start }, pointer: '' },
    description: '',
    inputSchema: undefined,
    outputSchema: undefined,
    annotations: {},
    timeoutMs: 60_000,
    retry: undefined,
    secrets: [],
    permissions: noPermissions,
    idempotencyKey: undefined,
    run: { type: 'node', module: file, export: 'default' },
  };
}

function linkCommon(
  reporter: Reporter,
  root: Node,
  config: Omit<Config, 'common'>,
): Omit<Tool, 'name' | 'hash' | 'inputSchema' | 'outputSchema' | 'run'> {
  const declared = Object.keys(config.settings.secrets);
  for (const node of root.get('secrets').list()) {
    const text = node.text();
    if (text !== undefined) known(reporter, node, 'secret', text, declared);
  }
  const key = root.get('idempotencyKey');
  const { visible } = sightOf(root, config);
  const { name } = root.source;
  const isCall = ['workflow', 'agent'].includes(root.get('type').text() ?? '');
  return {
    origin: root.origin(),
    description: root.get('description').text() ?? '',
    annotations: root.get('annotations').object() ?? {},
    // What a workflow or an agent takes is bounded by itself.
    timeoutMs: durationOf(root.get('timeout')) ?? (isCall ? undefined : 60_000),
    retry: retryOf(root.get('retry')),
    secrets: textsOf(root.get('secrets')),
    permissions: linkPermissions(reporter, root.get('permissions'), {
      names: new Set([name]),
      prefixes: root.get('type').text() === 'openapi' ? [`${name}__`] : [],
    }),
    idempotencyKey: /^\s*\$\{\{/.test(key.text() ?? '')
      ? linkValue(reporter, key, visible)
      : linkTemplate(reporter, key, visible),
  };
}

function sightOf(root: Node, config: Omit<Config, 'common'>): ToolSight {
  const schema = root.get('inputSchema').object();
  // The schema of what is behind such a tool is not looked through; its texts read what they like.
  const isOpen =
    schema === undefined && ['openapi', 'workflow', 'agent', 'mcp'].includes(root.get('type').text() ?? '');
  const visible: Visible = {
    ...config.visible,
    names: new Set(['input', 'env']),
    types: typeScope({
      input: schema === undefined && !isOpen ? recordOf({}) : typeFromSchema(schema),
      env: envType,
    }),
  };
  const sinks: Visible = {
    ...visible,
    names: new Set(['input', 'env', 'secrets']),
    secrets: new Set(textsOf(root.get('secrets'))),
    declaredSecrets: new Set(Object.keys(config.settings.secrets)),
  };
  return { visible, sinks };
}

function linkRun(
  reporter: Reporter,
  root: Node,
  config: Omit<Config, 'common'>,
  around: ToolAround,
  sight: ToolSight,
): LinkedRun | undefined {
  switch (root.get('type').text()) {
    case 'node': {
      const { folder } = config;
      const from = dirname(root.source.path);
      const module = root.get('module').text();
      if (module === undefined) return undefined;
      const file = projectPath(reporter, root.get('module'), { folder, from, wanted: 'file' });
      return {
        run: { type: 'node', module: file ?? module, export: root.get('export').text() ?? 'default' },
      };
    }
    case 'http':
      return { run: linkHttp(reporter, root, sight) };
    case 'command':
      return { run: linkCommand(reporter, root, sight, around) };
    case 'workflow':
      return linkWorkflowTool(reporter, root, around);
    case 'agent':
      return linkAgentTool(reporter, root, sight, around);
    case 'mcp':
      return linkMcpTool(reporter, root, config, sight);
    default:
      return undefined;
  }
}
