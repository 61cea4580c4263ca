import { suggest } from '../core/suggest.ts';
import type { Agent, BusyPolicy } from '../program/agent.ts';
import type { ModelChoice } from '../program/model.ts';
import type { Sandbox } from '../program/sandbox.ts';
import { mcpSearchTools, offeredNames } from '../program/mcp.ts';
import { joinPermissions } from '../program/permissions.ts';
import { builtinTools } from '../program/tool.ts';
import { envType } from './env-type.ts';
import type { Reporter } from './context.ts';
import { digest, hashOf } from './hash.ts';
import { linkAgentTools } from './link-agent-tools.ts';
import { linkCodeGrant } from './link-code.ts';
import { linkCommands } from './link-commands.ts';
import { respondTools } from './link-channel-respond.ts';
import { linkCompaction } from './link-compaction.ts';
import { knownOfServers, linkAgentServers, linkMcpUse } from './link-mcp.ts';
import { linkPermissions, type KnownTools } from './link-permissions.ts';
import { extensionsOf, type Config } from './link-settings.ts';
import type { Linked } from './linked.ts';
import { mergeProfiles, type Merged } from './merge-profiles.ts';
import { known, type Names } from './names.ts';
import type { Node } from '../source/index.ts';
import { durationOf, limitsOf, modelOf, settingsOf, thinkingOf } from './scalars.ts';
import { linkEnv } from './secret-sinks.ts';
import { linkTemplate } from './text.ts';
import type { Visible } from './visible.ts';
import { isClaude } from './tool-names.ts';
import { literalTemplate, recordOf, string, typeFromSchema, typeScope } from '../expr/index.ts';

const defaultTimeoutMs = 600_000;

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
  const subagents = merged.list('subagents').flatMap((node) => linkSubagent(reporter, node, names));
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
    mcp: config.mcp,
  });
  // A profile may leave its sandbox to the agents that extend it, or that it helps.
  const isOpen = root.source.kind === 'profile' && !merged.has('sandbox');
  const reach = linkAgentTools(reporter, merged, { sandbox, isOpen }, linked, mcpServers, [
    ...(skills.length > 0 ? (['load_skill'] as const) : []),
    ...(subagents.length > 0 ? (['task'] as const) : []),
  ]);
  if (!isOpen) reportCommands(reporter, merged, sandbox);
  const busy = orDefault('busy').text() ?? 'queue';
  const harness = linkHarness(reporter, orDefault('harness'), Object.keys(config.settings.harnesses));
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
      ...knownOfServers(mcpServers),
    }),
    origin: root.origin(),
    model: model.value === false ? false : (agentModel(reporter, model, config) ?? config.settings.model),
    modelSettings: {
      ...settingsOf(defaults?.get('modelSettings') ?? root.get('\u0000')),
      ...Object.fromEntries(merged.entries('modelSettings').map(([key, node]) => [key, node.value])),
    },
    thinking: thinkingOf(orDefault('thinking')),
    instructions: linkInstructionsOf(reporter, merged, config),
    inputSchema: merged.get('inputSchema').object(),
    outputSchema: merged.get('outputSchema').object(),
    ...reach,
    mcpServers,
    mcp: linkMcpUse([...merged.nodes('mcp')].reverse(), config.mcp.use),
    skills,
    subagents,
    sandbox,
    takesSandbox: isOpen,
    commands: linkCommands(reporter, merged.list('commands')),
    code: linkCodeGrant(
      reporter,
      merged.get('code'),
      reach.tools.map(({ name }) => name),
      Object.keys(linked.tools),
    ),
    permissions: joinPermissions([
      config.settings.permissions,
      ...merged
        .nodes('permissions')
        .map((node) => linkPermissions(reporter, node, toolsKnownTo(linked, config, mcpServers, names))),
    ]),
    compaction: merged.has('compaction')
      ? linkCompaction(reporter, merged.get('compaction'), config.names, config.prompts)
      : config.settings.compaction,
    maxTurns: orDefault('maxTurns').number() ?? 50,
    timeoutMs: durationOf(orDefault('timeout')) ?? defaultTimeoutMs,
    limits: limitsOf(orDefault('limits')),
    retries: orDefault('retries').number() ?? 3,
    harness,
    busy: busy as BusyPolicy,
    queueLimit: orDefault('queueLimit').number() ?? 1_000,
    env: linkEnv(reporter, merged.entries('env'), sinks),
    secrets,
    extensions: extensionsOf(root),
  };
}

/** Reports commands of an agent that works where none run. */
function reportCommands(reporter: Reporter, merged: Merged, sandbox: Sandbox): void {
  const [first] = merged.list('commands');
  if (first === undefined || sandbox.shell) return;
  const missing = sandbox.type === 'none' ? 'has no commands at all' : 'has no "shell: true"';
  reporter.report(
    first,
    'security/tool-not-granted',
    `"commands" need a sandbox that runs any; "${sandbox.name}" ${missing}`,
  );
}

function linkSubagent(reporter: Reporter, node: Node, { of, agentModules, profileModules }: Names): string[] {
  const name = node.text();
  const all = new Set(
    [of.agent, of.profile, agentModules, profileModules].flatMap((specs) => Object.keys(specs)),
  );
  if (name === undefined || !known(reporter, node, 'subagent', name, all)) return [];
  if (Object.hasOwn(of.agent, name) && Object.hasOwn(of.profile, name))
    reporter.report(
      node,
      'ref/ambiguous-name',
      `"${name}" is an agent and a profile; rename the file of one of them`,
    );
  return [name];
}

/** The instructions of an agent. Those of an agent of Claude Code are no template. */
function linkInstructionsOf(reporter: Reporter, merged: Merged, config: Config): Agent['instructions'] {
  const node = merged.get('instructions');
  if (isClaude(node)) return node.text() === undefined ? undefined : literalTemplate(node.text() ?? '');
  return linkTemplate(reporter, node, {
    ...config.visible,
    names: new Set(['agent', 'instance', 'input', 'env']),
    types: typeScope({
      agent: recordOf({ name: string }),
      instance: recordOf({ id: string }),
      input: typeFromSchema(merged.get('inputSchema').object()),
      env: envType,
    }),
  });
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

function linkHarness(reporter: Reporter, node: Node, own: readonly string[]): string {
  const harness = node.text() ?? 'ai-sdk';
  const choices = [...builtinHarnesses, ...own];
  if (choices.includes(harness)) return harness;
  const near = suggest(harness, choices, 1);
  const cure =
    near[0] === undefined
      ? 'name its module under "modules.harnesses" in the config, or pass it to the engine'
      : `did you mean "${near[0]}"?`;
  reporter.report(node, 'ref/unknown-harness', `harness "${harness}" is not known here; ${cure}`, {
    level: 'warning',
    suggestions: near,
  });
  return harness;
}

const builtinHarnesses: readonly string[] = ['ai-sdk', 'deepagents'];

/** Tools that the rules of an agent may be about. */
function toolsKnownTo(
  linked: Linked,
  config: Config,
  servers: Agent['mcpServers'],
  { of }: Names,
): KnownTools {
  const all = Object.values({ ...config.mcpServers, ...servers });
  return {
    names: new Set([
      ...builtinTools,
      'run_code',
      ...Object.keys(linked.tools),
      ...respondTools(Object.values(of.channel)),
      ...mcpSearchTools,
      ...all.flatMap((server) => offeredNames(server) ?? []),
    ]),
    prefixes: all.flatMap((server) => (offeredNames(server) === undefined ? [`${server.name}__`] : [])),
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
