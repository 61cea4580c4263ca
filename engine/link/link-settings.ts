import { isAbsolute, resolve } from 'node:path';
import type { Provider } from '../program/model.ts';
import type { McpServer } from '../program/mcp.ts';
import type { Settings } from '../program/program.ts';
import type { ModelNames } from '../program/model-reference.ts';
import { builtinTools } from '../program/tool.ts';
import { type LoadedProject, type Node, onDisk } from '../source/index.ts';
import type { Reporter } from './context.ts';
import { linkCallbacks } from './link-callbacks.ts';
import { linkCompaction } from './link-compaction.ts';
import { linkMcpCommon, linkMcpServers, type McpCommon } from './link-mcp.ts';
import { linkModels } from './link-models.ts';
import { linkPermissions, type KnownTools } from './link-permissions.ts';
import { linkProviders } from './link-providers.ts';
import { linkServer } from './link-server.ts';
import { linkTelemetry } from './link-telemetry.ts';
import { modulePath } from './module-path.ts';
import { known, type Names } from './names.ts';
import { durationOf, modelOf, textsOf } from './scalars.ts';
import type { Visible } from './visible.ts';

/** What the project config gives to everything else. */
export interface Config {
  readonly settings: Settings;
  readonly providers: Readonly<Record<string, Provider>>;
  readonly mcpServers: Readonly<Record<string, McpServer>>;
  /** What holds for all MCP servers. */
  readonly mcp: McpCommon;
  readonly names: ModelNames;
  /** Names of the project's prompt files. */
  readonly prompts: readonly string[];
  /** Absolute path of the project folder. */
  readonly folder: string;
  /** The `defaults` of agents. */
  readonly defaults: Node | undefined;
  /** Hash of what every model call may see: project instructions, the engine's prompts, partials, models. */
  readonly common: string;
  /** What every expression sees of the environment and of partials. */
  readonly visible: Pick<Visible, 'env' | 'partials'>;
}

/** What the config is linked with. */
export interface SettingsAround {
  readonly project: Pick<LoadedProject, 'root' | 'partials' | 'prompts'>;
  readonly names: Names;
}

/** The config with every default filled in; all of them are told in docs/project.md. */
export function linkSettings(
  reporter: Reporter,
  root: Node,
  { project, names: { of, modules, agentModules, workflowModules } }: SettingsAround,
): Omit<Config, 'common'> {
  const folder = project.root;
  const prompts = Object.keys(project.prompts);
  const scripts = of.model;
  const at = (key: string): Node => root.get(key);
  const secrets = linkSecrets(at('secrets'));
  const secretNames = Object.keys(secrets);
  const env = new Set(textsOf(at('env')));
  const visible = { env, partials: project.partials };
  const sinks = { ...visible, names: new Set(['env', 'secrets']), secrets: new Set(secretNames) };
  const providers = linkProviders(reporter, at('providers'), sinks);
  const aliases = linkModels(reporter, at('models'), { providers, scripts });
  const names: ModelNames = { models: aliases.models, providers, scripts };
  const mcp = linkMcpCommon(reporter, root, folder);
  const mcpServers = linkMcpServers(reporter, at('mcpServers'), { folder, visible: sinks, mcp });
  const tools: KnownTools = {
    names: new Set([...Object.keys(of.tool), ...Object.keys(modules), ...builtinTools, 'run_code']),
    prefixes: [...Object.keys(mcpServers), ...apisOf(of.tool)].map((name) => `${name}__`),
  };
  const agents = [of.agent, agentModules].flatMap((specs) => Object.keys(specs));
  const workflows = [of.workflow, workflowModules].flatMap((specs) => Object.keys(specs));
  return {
    settings: {
      model: [at('defaults').get('model'), at('model')]
        .map((node) => modelOf(reporter, node, names))
        .find((choice) => choice !== undefined),
      ...aliases,
      secrets,
      secretsModule: modulePath(reporter, at('modules').get('secrets'), folder),
      env: [...env],
      server: linkServer(reporter, at('server'), { secrets: secretNames, agents, workflows }),
      callbacks: linkCallbacks(reporter, at('callbacks'), {
        ...{ visible, secrets: secretNames, agents, workflows },
      }),
      store: linkStore(reporter, at('store'), folder),
      durable: linkDurable(reporter, at('durable'), secretNames),
      retention: {
        runsMs: durationOf(at('retention').get('runs')) ?? 30 * dayMs,
        eventsMs: durationOf(at('retention').get('events')),
        sessionsMs: durationOf(at('retention').get('sessions')),
        idempotencyMs: durationOf(at('retention').get('idempotency')) ?? dayMs,
      },
      telemetry: linkTelemetry(reporter, at('telemetry'), sinks),
      compaction: linkCompaction(reporter, at('compaction'), names, prompts),
      permissions: linkPermissions(reporter, at('defaults').get('permissions'), tools),
      maxTaskDepth: at('defaults').get('maxTaskDepth').number() ?? 8,
      maxParallelTasks: at('defaults').get('maxParallelTasks').number() ?? 8,
      harnesses: linkHarnesses(reporter, at('modules').get('harnesses'), folder),
      plugins: linkPlugins(reporter, at('modules').get('plugins').list(), folder),
      rules: at('rules').object() ?? {},
      extensions: extensionsOf(root),
    },
    providers,
    mcpServers,
    mcp,
    names,
    prompts,
    folder,
    defaults: at('defaults'),
    visible,
  };
}

const dayMs = 86_400_000;

/** Tools whose operations are a tool each. */
function apisOf(tools: Readonly<Record<string, Node>>): string[] {
  return Object.keys(tools).filter((name) => tools[name]?.get('type').text() === 'openapi');
}

/** The `x-*` keys of a spec. */
export function extensionsOf(root: Node | undefined): Settings['extensions'] {
  return Object.fromEntries(Object.entries(root?.object() ?? {}).filter(([key]) => key.startsWith('x-')));
}

function linkSecrets(node: Node): Settings['secrets'] {
  return Object.fromEntries(
    node.entries().map(([name, entry]) => [
      name,
      {
        env: entry.get('env').text() ?? (entry.get('file').text() === undefined ? name : undefined),
        file: entry.get('file').text(),
        required: entry.get('required').flag() ?? false,
      },
    ]),
  );
}

function linkStore(reporter: Reporter, node: Node, folder: string): Settings['store'] {
  const path = node.get('path').text() ?? '.engine/data/engine.sqlite';
  const absolute = isAbsolute(path) ? path : resolve(folder, path);
  if (onDisk(absolute) === 'folder')
    reporter.report(
      node.get('path'),
      'schema/bad-value',
      `"${path}" is a folder; name the file of the store, such as "${path.replace(/\/$/, '')}/engine.sqlite"`,
    );
  const type = node.get('type').text() === 'memory' ? 'memory' : 'sqlite';
  for (const key of type === 'memory' ? (['path', 'synchronous', 'busyTimeout'] as const) : [])
    if (node.get(key).value !== undefined)
      reporter.report(
        node.get(key),
        'schema/misplaced-key',
        `"${key}" belongs to "type: sqlite"; nothing is written to a file`,
        { part: 'key' },
      );
  return {
    type,
    path: absolute,
    synchronous: node.get('synchronous').text() === 'normal' ? 'normal' : 'full',
    busyTimeoutMs: durationOf(node.get('busyTimeout')) ?? 5_000,
  };
}

function linkDurable(reporter: Reporter, node: Node, secrets: readonly string[]): Settings['durable'] {
  const type = node.get('type').text() === 'dbos' ? 'dbos' : 'embedded';
  const database = node.get('database').text();
  if (database !== undefined) known(reporter, node.get('database'), 'secret', database, secrets);
  if (type === 'dbos' && node.get('database').value === undefined)
    reporter.report(
      node.get('type'),
      'schema/missing-key',
      '"dbos" needs a "database": the name of the secret that holds the address of the Postgres database',
    );
  if (type === 'embedded' && database !== undefined)
    reporter.report(
      node.get('database'),
      'schema/misplaced-key',
      '"database" belongs to "type: dbos"; the embedded one works on the store',
      { part: 'key' },
    );
  return { type, database, concurrency: node.get('concurrency').number() ?? 64 };
}

function linkHarnesses(reporter: Reporter, node: Node, folder: string): Settings['harnesses'] {
  return Object.fromEntries(
    node.entries().flatMap(([name, named]) => {
      const module = modulePath(reporter, named, folder);
      return module === undefined ? [] : [[name, module] as const];
    }),
  );
}

function linkPlugins(reporter: Reporter, nodes: readonly Node[], folder: string): Settings['plugins'] {
  const seen = new Set<string>();
  return nodes.flatMap((node) => {
    const named = node.text() === undefined ? node.get('module') : node;
    const module = modulePath(reporter, named, folder);
    if (module === undefined) return [];
    if (seen.has(module))
      reporter.report(named, 'ref/duplicate-entry', `"${named.text() ?? ''}" stands twice in "plugins"`);
    seen.add(module);
    return [{ module, options: node.get('options').object() ?? {} }];
  });
}
