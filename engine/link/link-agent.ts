import { choices, suggest } from '../core/suggest.ts';
import type { Agent, BusyPolicy } from '../program/agent.ts';
import type { ModelChoice } from '../program/model.ts';
import type { Sandbox } from '../program/sandbox.ts';
import type { Skill } from '../program/skill.ts';
import { builtinTools, type BuiltinTool, type Tool } from '../program/tool.ts';
import type { Reporter } from './context.ts';
import { digest, hashOf } from './hash.ts';
import { linkCommands } from './link-commands.ts';
import { linkCompaction } from './link-compaction.ts';
import { linkAgentServers } from './link-mcp.ts';
import { joinPermissions, linkPermissions, type KnownTools } from './link-permissions.ts';
import { extensionsOf, type Config } from './link-settings.ts';
import { mergeProfiles, type Merged } from './merge-profiles.ts';
import { known, type Names } from './names.ts';
import type { Node } from '../source/index.ts';
import { durationOf, limitsOf, modelOf, settingsOf, thinkingOf } from './scalars.ts';
import { linkEnv } from './secret-sinks.ts';
import { linkTemplate, type Visible } from './text.ts';
import { builtinOf, isClaude, namedTools, type NamedTool } from './tool-names.ts';
import { recordOf, string, typeFromSchema, typeScope } from '../expr/index.ts';

/** What agents refer to, already linked. */
export interface Linked {
  readonly tools: Readonly<Record<string, Tool>>;
  /** The tools of each API, whose operations are a tool each. */
  readonly apis: Readonly<Record<string, readonly string[]>>;
  readonly skills: Readonly<Record<string, Skill>>;
  readonly sandboxes: Readonly<Record<string, Sandbox>>;
}

const defaultTimeoutMs = 600_000;
const readingTools: readonly BuiltinTool[] = ['read', 'ls', 'glob', 'grep'];

/** An agent, or a profile as a subagent, with its chain merged and its references resolved. */
export function linkAgent(
  reporter: Reporter,
  root: Node,
  names: Names,
  config: Config,
  linked: Linked,
): Agent {
  const merged = mergeProfiles(reporter, root, names);
  const { defaults } = config;
  const orDefault = (key: string): Node =>
    merged.has(key) || defaults === undefined ? merged.get(key) : defaults.get(key);
  const sandbox = linkSandboxOf(reporter, orDefault('sandbox'), linked.sandboxes);
  const skills = merged.list('skills').flatMap((node) => pick(reporter, node, 'skill', linked.skills));
  const subagents = merged.list('subagents').flatMap((node) => {
    const name = node.text();
    const all = new Set([...Object.keys(names.of.agent), ...Object.keys(names.of.profile)]);
    return name !== undefined && known(reporter, node, 'subagent', name, all) ? [name] : [];
  });
  const secrets = merged.list('secrets').flatMap((node) => {
    const name = node.text();
    return name !== undefined && known(reporter, node, 'secret', name, Object.keys(config.settings.secrets))
      ? [name]
      : [];
  });
  const sinks: Visible = {
    ...config.visible,
    names: new Set(['env', 'secrets']),
    secrets: new Set(secrets),
    declaredSecrets: new Set(Object.keys(config.settings.secrets)),
  };
  const mcpServers = linkAgentServers(reporter, merged.nodes('mcpServers'), config.mcpServers, {
    folder: config.folder,
    visible: sinks,
  });
  // A profile may leave its sandbox to the agents that extend it, or that it helps.
  const isOpen = root.source.kind === 'profile' && !merged.has('sandbox');
  const reach = linkTools(reporter, merged, { sandbox, isOpen }, linked, mcpServers, [
    ...(skills.length > 0 ? (['load_skill'] as const) : []),
    ...(subagents.length > 0 ? (['task'] as const) : []),
  ]);
  const busy = orDefault('busy').text() ?? 'queue';
  if (busy === 'join') {
    reporter.unavailable(
      orDefault('busy'),
      '"busy: join" is not available in this version; expected one of "queue", "reject", "replace"',
    );
  }
  const harness = linkHarness(reporter, orDefault('harness'));
  const model = merged.get('model');
  return {
    kind: root.source.kind === 'agent' ? 'agent' : 'profile',
    name: root.source.name,
    description: merged.get('description').text() ?? '',
    hash: digest({
      common: config.common,
      chain: merged.sources.map(hashOf),
      defaults: config.defaults?.value ?? null,
      tools: reach.tools.map((tool) => tool.hash),
      skills: skills.map((skill) => skill.hash),
      sandbox: sandbox.hash,
    }),
    origin: root.origin(),
    model: model.value === false ? false : (agentModel(reporter, model, config) ?? config.settings.model),
    modelSettings: {
      ...settingsOf(defaults?.get('modelSettings') ?? root.get('\u0000')),
      ...Object.fromEntries(merged.entries('modelSettings').map(([key, node]) => [key, node.value])),
    },
    thinking: thinkingOf(orDefault('thinking')),
    instructions: linkTemplate(reporter, merged.get('instructions'), {
      ...config.visible,
      names: new Set(['agent', 'instance', 'input', 'env']),
      types: typeScope({
        agent: recordOf({ name: string }),
        instance: recordOf({ id: string }),
        input: typeFromSchema(merged.get('inputSchema').object()),
      }),
    }),
    inputSchema: merged.get('inputSchema').object(),
    outputSchema: merged.get('outputSchema').object(),
    ...reach,
    mcpServers,
    skills,
    subagents,
    sandbox,
    commands: linkCommands(reporter, merged.list('commands')),
    code: merged.get('code').text() === 'monty' ? 'monty' : false,
    permissions: joinPermissions([
      config.settings.permissions,
      ...merged
        .nodes('permissions')
        .map((node) => linkPermissions(reporter, node, toolsKnownTo(linked, config, mcpServers))),
    ]),
    compaction: merged.has('compaction')
      ? linkCompaction(reporter, merged.get('compaction'), config.names)
      : config.settings.compaction,
    maxTurns: orDefault('maxTurns').number() ?? 50,
    timeoutMs: durationOf(orDefault('timeout')) ?? defaultTimeoutMs,
    limits: limitsOf(orDefault('limits')),
    retries: orDefault('retries').number() ?? 3,
    harness,
    busy: busy as BusyPolicy,
    env: linkEnv(reporter, merged.entries('env'), sinks),
    secrets,
    extensions: extensionsOf(root),
  };
}

/** The model of an agent; one of Claude Code may say it as that does. */
function agentModel(reporter: Reporter, node: Node, config: Config): ModelChoice | undefined {
  const word = node.text() ?? '';
  if (isClaude(node) && !Object.hasOwn(config.names.models, word)) {
    const id = Object.hasOwn(claudeModels, word)
      ? claudeModels[word]
      : word.startsWith('claude-')
        ? word
        : undefined;
    if (id !== undefined) return { provider: 'anthropic', id, settings: {} };
  }
  return modelOf(reporter, node, config.names);
}

/** What the short names of Claude Code stand for, where the project has no alias of that name. */
const claudeModels: Readonly<Record<string, string>> = {
  sonnet: 'claude-sonnet-4-5',
  opus: 'claude-opus-4-5',
  haiku: 'claude-haiku-4-5',
};

function linkHarness(reporter: Reporter, node: Node): string {
  const harness = node.text() ?? 'ai-sdk';
  if (harness === 'ai-sdk') return harness;
  if (harness === 'deepagents') {
    reporter.unavailable(node, 'harness "deepagents" is not available in this version; expected "ai-sdk"');
    return harness;
  }
  const near = suggest(harness, ['ai-sdk', 'deepagents'], 1);
  const cure =
    near[0] === undefined
      ? 'the program that embeds the engine, or one of "modules.plugins", must bring it'
      : `did you mean "${near[0]}"?`;
  reporter.report(node, 'ref/unknown-harness', `harness "${harness}" is not built in; ${cure}`, {
    level: 'warning',
    suggestions: near,
  });
  return harness;
}

/** Tools that the rules of an agent may be about. */
function toolsKnownTo(linked: Linked, config: Config, servers: Agent['mcpServers']): KnownTools {
  const all = Object.values({ ...config.mcpServers, ...servers });
  return {
    names: new Set([
      ...builtinTools,
      'run_code',
      ...Object.keys(linked.tools),
      ...all.flatMap(({ name, tools = [] }) => tools.map((tool) => `${name}__${tool}`)),
    ]),
    prefixes: all.filter(({ tools }) => tools === undefined).map(({ name }) => `${name}__`),
  };
}

function linkSandboxOf(reporter: Reporter, node: Node, sandboxes: Linked['sandboxes']): Sandbox {
  const none = sandboxes['none'];
  if (none === undefined) throw new Error('the shipped sandbox "none" is missing');
  const name = node.text();
  if (name === undefined || !known(reporter, node, 'sandbox', name, Object.keys(sandboxes))) return none;
  return sandboxes[name] ?? none;
}

function pick<T>(reporter: Reporter, node: Node, what: string, from: Readonly<Record<string, T>>): T[] {
  const name = node.text();
  if (name === undefined || !known(reporter, node, what, name, Object.keys(from))) return [];
  const found = from[name];
  return found === undefined ? [] : [found];
}

function linkTools(
  reporter: Reporter,
  merged: Merged,
  { sandbox, isOpen }: { readonly sandbox: Sandbox; readonly isOpen: boolean },
  { tools: declared, apis }: Pick<Linked, 'tools' | 'apis'>,
  servers: Agent['mcpServers'],
  extra: readonly BuiltinTool[],
): Pick<Agent, 'builtins' | 'tools' | 'mcpTools'> {
  const granted = grantedBy(sandbox);
  const builtins = new Set<BuiltinTool>(merged.has('tools') ? [] : granted);
  const tools = new Map<string, Tool>();
  const mcpTools: string[] = [];
  const all = [
    ...Object.keys(declared),
    ...Object.keys(apis),
    ...builtinTools,
    ...Object.values(servers).flatMap(({ name, tools: only = ['*'] }) =>
      only.map((one) => `${name}__${one}`),
    ),
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
    reporter.report(node, 'ref/unknown-tool', `no tool "${written}"${choices(name, near)}`, {
      suggestions: suggest(name, near, 3),
      ...(written === node.text() ? {} : { within: { start, end: start + written.length } }),
    });
    return undefined;
  };
  for (const tool of namedTools(merged.nodes('tools').flatMap(itemsOf))) {
    const found = find(tool);
    if (found === undefined) continue;
    if (found === 'mcp') mcpTools.push(tool.name);
    else if (typeof found !== 'string') for (const one of found) tools.set(one.name, one);
    else if (isOpen || found === 'task' || found === 'load_skill' || granted.includes(found))
      builtins.add(found);
    else {
      const { node, written, start } = tool;
      const missing = `needs a sandbox that grants it; "${sandbox.name}" ${whatIsMissing(found, sandbox)}`;
      reporter.report(node, 'security/tool-not-granted', `tool "${written}" ${missing}`, {
        // An agent of Claude Code says nothing of sandboxes; it does without the tool.
        level: isClaude(node) ? 'info' : 'error',
        ...(written === node.text() ? {} : { within: { start, end: start + written.length } }),
      });
    }
  }
  for (const one of extra) builtins.add(one);
  for (const tool of namedTools(merged.nodes('disallowedTools').flatMap(itemsOf))) {
    const found = find(tool);
    if (typeof found === 'string') {
      if (found !== 'mcp') builtins.delete(found);
    } else for (const one of found ?? []) tools.delete(one.name);
  }
  return {
    builtins: [...builtins],
    tools: [...tools.values()],
    mcpTools: merged.has('tools') ? mcpTools : undefined,
  };
}

/** Whether a name is that of an MCP server, which stands for all its tools, or of one tool of it. */
function ofServer(name: string, servers: Agent['mcpServers']): boolean {
  return Object.values(servers).some(
    ({ name: server, tools }) =>
      name === server ||
      (name.startsWith(`${server}__`) && (tools?.includes(name.slice(server.length + 2)) ?? true)),
  );
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

function whatIsMissing(tool: BuiltinTool, sandbox: Sandbox): string {
  if (sandbox.type === 'none') return 'has no files; write "sandbox: virtual" or name a sandbox of your own';
  return tool === 'bash' ? 'has no "shell: true"' : 'has no "write: true"';
}
