import { choices, suggest } from '../core/suggest.ts';
import type { Agent, BusyPolicy } from '../program/agent.ts';
import type { Sandbox } from '../program/sandbox.ts';
import type { Skill } from '../program/skill.ts';
import { builtinTools, type BuiltinTool, type Tool } from '../program/tool.ts';
import type { Reporter } from './context.ts';
import { digest, hashOf } from './hash.ts';
import { extensionsOf, type Config } from './link-settings.ts';
import { mergeProfiles, type Merged } from './merge-profiles.ts';
import { known, type Names } from './names.ts';
import type { Node } from '../source/index.ts';
import { durationOf, limitsOf, modelOf, settingsOf, thinkingOf } from './scalars.ts';
import { linkTemplate, linkValue } from './text.ts';
import { constantValue, recordOf, string, typeFromSchema, typeScope } from '../expr/index.ts';

/** What agents refer to, already linked. */
export interface Linked {
  readonly tools: Readonly<Record<string, Tool>>;
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
  // A profile may leave its sandbox to the agents that extend it, or that it helps.
  const isOpen = root.source.kind === 'profile' && !merged.has('sandbox');
  const { builtins, tools } = linkTools(
    reporter,
    merged,
    { sandbox, isOpen },
    linked.tools,
    skills,
    subagents,
  );
  const secrets = merged.list('secrets').flatMap((node) => {
    const name = node.text();
    return name !== undefined && known(reporter, node, 'secret', name, Object.keys(config.settings.secrets))
      ? [name]
      : [];
  });
  const busy = orDefault('busy').text() ?? 'queue';
  if (busy === 'join') {
    reporter.unavailable(
      orDefault('busy'),
      '"busy: join" is not available in this version; expected one of "queue", "reject", "replace"',
    );
  }
  const harness = orDefault('harness').text() ?? 'ai-sdk';
  if (harness !== 'ai-sdk') {
    reporter.report(
      orDefault('harness'),
      'ref/unknown-harness',
      `harness "${harness}" is not built in; the program that embeds the engine must bring it`,
      { level: 'warning' },
    );
  }
  const model = merged.get('model');
  return {
    kind: root.source.kind === 'agent' ? 'agent' : 'profile',
    name: root.source.name,
    description: merged.get('description').text() ?? '',
    hash: digest({
      common: config.common,
      chain: merged.sources.map(hashOf),
      defaults: config.defaults?.value ?? null,
      tools: tools.map((tool) => tool.hash),
      skills: skills.map((skill) => skill.hash),
      sandbox: sandbox.hash,
    }),
    origin: root.origin(),
    model: model.value === false ? false : (modelOf(reporter, model, config.names) ?? config.settings.model),
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
    builtins,
    tools,
    skills,
    subagents,
    sandbox,
    maxTurns: orDefault('maxTurns').number() ?? 50,
    timeoutMs: durationOf(orDefault('timeout')) ?? defaultTimeoutMs,
    limits: limitsOf(orDefault('limits')),
    retries: orDefault('retries').number() ?? 3,
    harness,
    busy: busy as BusyPolicy,
    env: Object.fromEntries(
      merged
        .entries('env')
        .map(([key, node]) => [
          key,
          linkValue(reporter, node, { ...config.visible, names: new Set(['env']) }) ?? constantValue(null),
        ]),
    ),
    secrets,
    extensions: extensionsOf(root),
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
  declared: Linked['tools'],
  skills: readonly Skill[],
  subagents: readonly string[],
): { builtins: BuiltinTool[]; tools: Tool[] } {
  const granted = grantedBy(sandbox);
  const builtins = new Set<BuiltinTool>(merged.has('tools') ? [] : granted);
  const tools = new Map<string, Tool>();
  const all = [...Object.keys(declared), ...builtinTools];
  for (const { node, name } of toolNames(merged, 'tools')) {
    const builtin = builtinOf(name);
    if (Object.hasOwn(declared, name)) tools.set(name, declared[name] as Tool);
    else if (builtin === undefined) unknownTool(reporter, node, name, all);
    else if (isOpen || builtin === 'task' || builtin === 'load_skill' || granted.includes(builtin))
      builtins.add(builtin);
    else
      reporter.report(
        node,
        'security/tool-not-granted',
        `tool "${name}" needs a sandbox that grants it; "${sandbox.name}" ${whatIsMissing(builtin, sandbox)}`,
      );
  }
  if (skills.length > 0) builtins.add('load_skill');
  if (subagents.length > 0) builtins.add('task');
  for (const { node, name } of toolNames(merged, 'disallowedTools')) {
    const builtin = builtinOf(name);
    if (!Object.hasOwn(declared, name) && builtin === undefined) unknownTool(reporter, node, name, all);
    tools.delete(name);
    if (builtin !== undefined) builtins.delete(builtin);
  }
  return { builtins: [...builtins], tools: [...tools.values()] };
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

/** Names in a list, or in a comma-separated text as other agent files have it. */
function toolNames(merged: Merged, key: string): { node: Node; name: string }[] {
  const node = merged.get(key);
  const text = node.text();
  if (text !== undefined) {
    return text
      .split(',')
      .map((name) => ({ node, name: name.trim() }))
      .filter(({ name }) => name !== '');
  }
  return merged.list(key).flatMap((item) => {
    const name = item.text();
    return name === undefined ? [] : [{ node: item, name }];
  });
}

/** Other tools' agent files write `Read`, `Bash`. */
function builtinOf(name: string): BuiltinTool | undefined {
  return builtinTools.find((builtin) => builtin === name || builtin === name.toLowerCase());
}

function unknownTool(reporter: Reporter, node: Node, name: string, all: readonly string[]): void {
  const text = node.text() ?? '';
  const start = text === name ? 0 : text.indexOf(name);
  reporter.report(node, 'ref/unknown-tool', `no tool "${name}"${choices(name, all)}`, {
    suggestions: suggest(name, all, 3),
    ...(start > 0 || text !== name ? { within: { start, end: start + name.length } } : {}),
  });
}

function whatIsMissing(tool: BuiltinTool, sandbox: Sandbox): string {
  if (sandbox.type === 'none') return 'has no files; write "sandbox: virtual" or name a sandbox of your own';
  return tool === 'bash' ? 'has no "shell: true"' : 'has no "write: true"';
}
