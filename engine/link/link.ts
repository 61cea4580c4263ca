import type { Checked, Diagnostic } from '../core/diagnostic.ts';
import type { Template } from '../expr/index.ts';
import { literalTemplate, parseTemplate } from '../expr/index.ts';
import type { Agent } from '../program/agent.ts';
import type { Facts } from '../program/facts.ts';
import type { Program } from '../program/program.ts';
import { type LoadedProject, type Node, type Shipped, rootOf } from '../source/index.ts';
import { codeAgents } from './code-agent.ts';
import { createReporter, type Reporter } from './context.ts';
import { createLinkMemo, draftMemo, type LinkMemo } from './draft-memo.ts';
import { deepFreeze } from './freeze.ts';
import { digest } from './hash.ts';
import { emptyConfig } from './empty-config.ts';
import { linkAgent } from './link-agent.ts';
import type { Linked } from './linked.ts';
import { linkAllTools } from './link-all-tools.ts';
import { linkChannel } from './link-channel.ts';
import { respondTools } from './link-channel-respond.ts';
import { linkInstructions } from './link-instructions.ts';
import { knownOfServers } from './link-mcp.ts';
import { linkSandbox } from './link-sandbox.ts';
import { linkSchedule } from './link-schedule.ts';
import { linkScript } from './link-script.ts';
import { linkSettings, type Config } from './link-settings.ts';
import { linkRole, linkSkill } from './link-skill.ts';
import { linkTest } from './link-test.ts';
import { linkWorkflows } from './link-workflow.ts';
import { collectNames, known } from './names.ts';
import { askersOf } from './step-ids.ts';
import { checkPatterns } from './check-patterns.ts';
import { reportCodes } from './failure-codes.ts';
import { withSharedSchemas } from './shared-schemas.ts';
import { builtinTools } from '../program/tool.ts';
import { noteUnavailable } from './unavailable.ts';

/**
 * Links the specs of a project: every reference becomes a pointer to its target, every expression and template is parsed.
 * The Program is complete only when there is no error; it is frozen.
 * @param memo what was linked before of the same project; workflows are taken over from it where nothing that they depend on changed.
 */
export function link(
  project: LoadedProject,
  shipped: Shipped,
  memo: LinkMemo = createLinkMemo(),
): Checked<Program> & { readonly facts: Facts } {
  const reporter = createReporter(project.sources);
  noteUnavailable(
    reporter,
    project.config === undefined ? project.sources : [project.config, ...project.sources],
  );
  const sources = withSharedSchemas(reporter, project.sources);
  reportCodes(reporter, sources);
  checkPatterns(reporter, sources);
  const names = collectNames(sources, shipped.sources, project);
  const root = rootOf(project.config ?? emptyConfig(project.root));
  const settings = linkSettings(reporter, root, { project, names });
  const { visible } = settings;
  const instructions = linkInstructions(reporter, root.get('instructions'), project);
  const sandboxes = mapNodes(names.of.sandbox, (node) =>
    linkSandbox(reporter, node, {
      ...visible,
      folder: project.root,
      secrets: new Set(Object.keys(settings.settings.secrets)),
    }),
  );
  const { tools, apis, prefixes } = linkAllTools(reporter, settings, { names, sandboxes });
  const askers = {
    ...askersOf(names),
    tools: new Set([
      ...[...Object.keys(tools), ...builtinTools, 'run_code'],
      ...respondTools(Object.values(names.of.channel)),
    ]),
    prefixes,
  };
  const scripts = mapNodes(names.of.model, (node) => linkScript(reporter, node, { ...visible, ...askers }));
  const prompts = linkPrompts({ ...shipped.prompts, ...project.prompts });
  const config: Config = {
    ...settings,
    common: digest({
      instructions,
      prompts: Object.fromEntries(
        Object.entries(prompts.templates).map(([name, template]) => [name, template.source]),
      ),
      partials: project.partials,
      scripts: Object.fromEntries(
        Object.entries(scripts).map(([name, { rules }]) => [name, rules.map(({ reply }) => reply.source)]),
      ),
      model: settings.settings.model ?? null,
      models: settings.settings.models,
      ...knownOfServers(settings.mcpServers),
    }),
  };
  const skills = mapNodes(names.of.skill, (node) => linkSkill(reporter, node));
  const roles = mapNodes(names.of.role, (node) => linkRole(reporter, node, config));
  const linked: Linked = { tools, apis, skills, sandboxes };
  const profiles = mapNodes(names.of.profile, (node) => linkAgent(reporter, node, names, config, linked));
  const agents = mapNodes(names.of.agent, (node) => linkAgent(reporter, node, names, config, linked));
  const delegates: Record<string, Agent> = { ...profiles, ...agents };
  const linker = { reporter, names, tools, agents, delegates };
  const workflows = linkWorkflows({
    linker,
    root: project.root,
    config,
    skills,
    roles,
    sandboxes,
    memo: draftMemo(memo, project, config.common, [tools, delegates, skills, roles, sandboxes]),
  });
  const callees = { names, agents };
  const inCode = codeAgents(project, config, sandboxes);
  const channels = mapNodes(names.of.channel, (node) => linkChannel(reporter, node, config, callees));
  const schedules = mapNodes(names.of.schedule, (node) => linkSchedule(reporter, node, config, callees));
  const around = { ...callees, askers, declared: tools };
  const tests = mapNodes(names.of.test, (node) => linkTest(reporter, node, config, around));
  reportDefaults(reporter, config, sandboxes);

  const program: Program = {
    hash: digest(
      [agents, profiles, workflows, tools, skills, roles, sandboxes]
        .map(hashes)
        .concat([{ common: config.common }]),
    ),
    name: project.name,
    root: project.root,
    settings: config.settings,
    instructions,
    // Last, since nothing is known of them that a reference could be held against.
    agents: { ...agents, ...inCode.agents },
    delegates: { ...inCode.profiles, ...delegates, ...inCode.agents },
    workflows,
    tools,
    skills,
    roles,
    sandboxes,
    channels,
    schedules,
    tests,
    mcpServers: config.mcpServers,
    providers: config.providers,
    scripts,
    prompts: prompts.templates,
    unavailable: reporter.unavailableParts,
  };
  return {
    value: deepFreeze(program),
    diagnostics: [...reporter.diagnostics, ...prompts.diagnostics],
    facts: reporter.facts,
  };
}

function mapNodes<T>(nodes: Readonly<Record<string, Node>>, make: (node: Node) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(nodes).map(([name, node]) => [name, make(node)]));
}

function linkPrompts(texts: Readonly<Record<string, string>>): {
  readonly templates: Record<string, Template>;
  readonly diagnostics: Diagnostic[];
} {
  const templates: Record<string, Template> = {};
  const diagnostics: Diagnostic[] = [];
  for (const [name, text] of Object.entries(texts)) {
    const { template, faults } = parseTemplate(text);
    templates[name] = template ?? literalTemplate(text);
    for (const { rule, message } of faults) {
      diagnostics.push({ rule, level: 'error', message, file: `prompts/${name}.hbs` });
    }
  }
  return { templates, diagnostics };
}

/** What the config's `defaults` name counts also where no agent takes it. */
function reportDefaults(reporter: Reporter, { defaults }: Config, sandboxes: Program['sandboxes']): void {
  const node = defaults?.get('sandbox');
  const name = node?.text();
  if (node !== undefined && name !== undefined)
    known(reporter, node, 'sandbox', name, Object.keys(sandboxes));
}

function hashes(specs: Readonly<Record<string, { readonly hash: string }>>): Record<string, string> {
  return Object.fromEntries(Object.entries(specs).map(([name, { hash }]) => [name, hash]));
}
