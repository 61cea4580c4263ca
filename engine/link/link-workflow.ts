import type { Agent } from '../program/agent.ts';
import type { Sandbox } from '../program/sandbox.ts';
import type { Step, Workflow } from '../program/workflow.ts';
import { typeFromSchema } from '../expr/index.ts';
import type { Reporter } from './context.ts';
import { checkLast, checkResult } from './link-arguments.ts';
import { hashOf, digest } from './hash.ts';
import type { Config } from './link-settings.ts';
import { linkSteps, type StepLinker } from './link-steps.ts';
import { known } from './names.ts';
import type { Node } from '../source/index.ts';
import { plainAgent } from './plain-agent.ts';
import { durationOf, limitsOf } from './scalars.ts';
import { rootBlock, visibleIn } from './step-scope.ts';
import { linkTyped } from './text.ts';

/** What a workflow's hash covers besides its own file. */
export interface Reachable {
  readonly delegates: Readonly<Record<string, Agent>>;
  readonly tools: Readonly<Record<string, { readonly hash: string }>>;
  readonly roles: Readonly<Record<string, { readonly hash: string }>>;
  readonly sandboxes: Readonly<Record<string, Sandbox>>;
}

/** A workflow with its steps linked. */
export function linkWorkflow(linker: StepLinker, root: Node, config: Config, reachable: Reachable): Workflow {
  const { reporter } = linker;
  const outputSchema = root.get('outputSchema').object();
  const types = {
    input: typeFromSchema(root.get('inputSchema').object()),
    result: outputSchema === undefined ? undefined : typeFromSchema(outputSchema),
  };
  const block = rootBlock(config, types, homesOf(root.get('steps')));
  const { steps, after, output: last } = linkSteps(linker, root.get('steps'), block, '');
  const output = linkTyped(reporter, root.get('output'), visibleIn(after));
  if (output !== undefined) checkResult(reporter, root.get('output'), output.typed, types.result);
  else checkLast(reporter, root.get('steps'), last, types.result);
  const own = root.get('sandbox');
  const named = own.value === undefined ? (config.defaults?.get('sandbox') ?? own) : own;
  const sandbox = sandboxOf(reporter, named, reachable.sandboxes);
  const hash = digest({
    spec: hashOf(root.source),
    sandbox: sandbox.hash,
    common: config.common,
    reached: reachedHashes(steps, reachable),
  });
  return {
    name: root.source.name,
    description: root.get('description').text() ?? '',
    hash,
    origin: root.origin(),
    inputSchema: root.get('inputSchema').object(),
    outputSchema,
    sandbox,
    limits: limitsOf(root.get('limits')),
    timeoutMs: durationOf(root.get('timeout')),
    steps,
    prompter: plainAgent(root, config, sandbox, hash),
    output: output?.value,
  };
}

function sandboxOf(reporter: Reporter, node: Node, sandboxes: Reachable['sandboxes']): Sandbox {
  const none = sandboxes['none'];
  if (none === undefined) throw new Error('the shipped sandbox "none" is missing');
  const name = node.text();
  if (name === undefined || !known(reporter, node, 'sandbox', name, Object.keys(sandboxes))) return none;
  return sandboxes[name] ?? none;
}

/** Every step id with a word on where it lives, for messages about steps that are out of sight. */
function homesOf(list: Node, inside?: string): Map<string, string> {
  const homes = new Map<string, string>();
  for (const step of list.list()) {
    const id = step.get('id').text();
    if (id === undefined) continue;
    const own =
      inside === undefined
        ? 'it comes later'
        : `it lives inside step "${inside}"; use steps.${inside}.output`;
    homes.set(id, own);
    const lists = [
      step.get('steps'),
      ...step
        .get('parallel')
        .get('branches')
        .entries()
        .map(([, node]) => node),
      ...step
        .get('branch')
        .list()
        .map((node) => node.get('steps')),
      ...step
        .get('catch')
        .list()
        .map((node) => node.get('steps')),
    ];
    for (const inner of lists)
      for (const [name, home] of homesOf(inner, id)) if (!homes.has(name)) homes.set(name, home);
  }
  return homes;
}

function reachedHashes(steps: readonly Step[], reachable: Reachable): string[] {
  const hashes = new Set<string>();
  const seen = new Set<string>();
  const reachAgent = (name: string): void => {
    const agent = reachable.delegates[name];
    if (agent === undefined || seen.has(name)) return;
    seen.add(name);
    hashes.add(agent.hash);
    agent.subagents.forEach(reachAgent);
  };
  const reach = (step: Step): void => {
    if ('role' in step && step.role !== undefined) hashes.add(reachable.roles[step.role]?.hash ?? '');
    if (step.verb === 'agent') reachAgent(step.agent);
    if (step.verb === 'tool') hashes.add(reachable.tools[step.tool]?.hash ?? '');
    innerSteps(step).forEach(reach);
  };
  steps.forEach(reach);
  return [...hashes].sort();
}

function innerSteps(step: Step): Step[] {
  const caught = step.catch.flatMap((inner) => inner.steps);
  switch (step.verb) {
    case 'parallel':
      return [...step.branches.flatMap((branch) => branch.steps), ...caught];
    case 'branch':
      return [...step.cases.flatMap((inner) => inner.steps), ...caught];
    case 'foreach':
    case 'loop':
      return [...step.steps, ...caught];
    default:
      return caught;
  }
}
