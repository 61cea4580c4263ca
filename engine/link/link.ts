import type { Checked, Diagnostic } from '../core/diagnostic.ts';
import type { Template } from '../expr/index.ts';
import { literalTemplate, parseTemplate } from '../expr/index.ts';
import type { Agent } from '../program/agent.ts';
import type { Facts } from '../program/facts.ts';
import type { Program } from '../program/program.ts';
import { type LoadedProject, type Node, type Shipped, rootOf } from '../source/index.ts';
import { createReporter } from './context.ts';
import { deepFreeze } from './freeze.ts';
import { digest } from './hash.ts';
import { linkAgent, type Linked } from './link-agent.ts';
import { linkSandbox } from './link-sandbox.ts';
import { linkScript } from './link-script.ts';
import { linkSettings, type Config } from './link-settings.ts';
import { linkRole, linkSkill } from './link-skill.ts';
import { linkModuleTool, linkTool } from './link-tool.ts';
import { linkWorkflow } from './link-workflow.ts';
import { collectNames } from './names.ts';
import { askersOf } from './step-ids.ts';
import { reportCodes } from './failure-codes.ts';
import { withSharedSchemas } from './shared-schemas.ts';
import { builtinTools, type Tool } from '../program/tool.ts';
import { noteUnavailable } from './unavailable.ts';

/**
 * Links the specs of a project: every reference becomes a pointer to its target, every expression and template is parsed.
 * The Program is complete only when there is no error; it is frozen.
 */
export function link(project: LoadedProject, shipped: Shipped): Checked<Program> & { readonly facts: Facts } {
  const reporter = createReporter();
  noteUnavailable(
    reporter,
    project.config === undefined ? project.sources : [project.config, ...project.sources],
  );
  const sources = withSharedSchemas(reporter, project.sources);
  reportCodes(reporter, sources);
  const names = collectNames(sources, shipped.sources, project);
  const settings = linkSettings(reporter, project.config === undefined ? undefined : rootOf(project.config), {
    folder: project.root,
    scripts: names.of.model,
    partials: project.partials,
  });
  const { visible } = settings;

  const toolNames = new Set([...Object.keys(names.of.tool), ...Object.keys(names.modules), ...builtinTools]);
  const scripts = mapNodes(names.of.model, (node) =>
    linkScript(reporter, node, { ...visible, ...askersOf(names), tools: toolNames }),
  );
  const prompts = linkPrompts({ ...shipped.prompts, ...project.prompts });
  const config: Config = {
    ...settings,
    common: digest({
      instructions: project.instructions,
      prompts: Object.fromEntries(
        Object.entries(prompts.templates).map(([name, template]) => [name, template.source]),
      ),
      partials: project.partials,
      scripts: Object.fromEntries(
        Object.entries(scripts).map(([name, { rules }]) => [name, rules.map(({ reply }) => reply.source)]),
      ),
      model: settings.settings.model ?? null,
      models: settings.settings.models,
    }),
  };
  const sandboxes = mapNodes(names.of.sandbox, (node) =>
    linkSandbox(reporter, node, { ...visible, folder: project.root }),
  );
  const tools: Record<string, Tool> = {};
  for (const [name, file] of Object.entries(names.modules)) {
    tools[name] = linkModuleTool(name, file, file.slice(project.root.length + 1));
  }
  for (const [name, node] of Object.entries(names.of.tool)) {
    // A tool of a type that is not available has been reported; its users shall not be reported too.
    tools[name] =
      linkTool(reporter, node, config) ?? linkModuleTool(name, node.source.path, node.source.file);
  }
  reportTakenNames(reporter, names.of.tool);
  const skills = mapNodes(names.of.skill, linkSkill);
  const roles = mapNodes(names.of.role, (node) => linkRole(reporter, node, config));
  const linked: Linked = { tools, skills, sandboxes };
  const profiles = mapNodes(names.of.profile, (node) => linkAgent(reporter, node, names, config, linked));
  const agents = mapNodes(names.of.agent, (node) => linkAgent(reporter, node, names, config, linked));
  const delegates: Record<string, Agent> = { ...profiles, ...agents };
  const linker = { reporter, names, tools, agents };
  const workflows = mapNodes(names.of.workflow, (node) =>
    linkWorkflow(linker, node, config, { delegates, tools, roles, sandboxes }),
  );

  const program: Program = {
    hash: digest(
      [agents, profiles, workflows, tools, skills, roles, sandboxes]
        .map(hashes)
        .concat([{ common: config.common }]),
    ),
    name: project.name,
    root: project.root,
    settings: config.settings,
    instructions: project.instructions,
    agents,
    delegates,
    workflows,
    tools,
    skills,
    roles,
    sandboxes,
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

function reportTakenNames(
  reporter: ReturnType<typeof createReporter>,
  tools: Readonly<Record<string, Node>>,
): void {
  for (const name of builtinTools) {
    const node = Object.hasOwn(tools, name) ? tools[name] : undefined;
    if (node !== undefined)
      reporter.report(node, 'ref/ambiguous-name', `"${name}" is a built-in tool; choose another name`);
  }
}

function hashes(specs: Readonly<Record<string, { readonly hash: string }>>): Record<string, string> {
  return Object.fromEntries(Object.entries(specs).map(([name, { hash }]) => [name, hash]));
}
