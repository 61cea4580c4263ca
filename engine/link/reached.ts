import type { Agent } from '../program/agent.ts';
import type { Tool } from '../program/tool.ts';
import type { Step } from '../program/step.ts';
import { digest } from './hash.ts';

/** What a workflow's hash covers besides its own file and the workflows it calls. */
export interface Reachable {
  readonly delegates: Readonly<Record<string, Agent>>;
  readonly tools: Readonly<Record<string, Tool>>;
  readonly skills: Readonly<Record<string, { readonly hash: string }>>;
  readonly roles: Readonly<Record<string, { readonly hash: string }>>;
}

/** Hash of a workflow with all it reaches but other workflows, and the names of these. */
export interface Reached {
  readonly own: string;
  readonly calls: readonly string[];
}

/** What the steps of a workflow reach; `parts` is what its hash covers in any case. */
export function reachedBy(
  steps: readonly Step[],
  reachable: Reachable,
  parts: Readonly<Record<string, string>>,
): Reached {
  const hashes = new Set<string>();
  const calls = new Set<string>();
  const seen = new Set<string>();
  const reachTool = (tool: Tool | undefined): void => {
    if (tool === undefined || seen.has(`tool ${tool.name}`)) return;
    seen.add(`tool ${tool.name}`);
    hashes.add(tool.hash);
    if (tool.run.type === 'agent') reachAgent(tool.run.agent);
    if (tool.run.type === 'workflow') calls.add(tool.run.workflow);
  };
  const reachAgent = (name: string): void => {
    const agent = reachable.delegates[name];
    if (agent === undefined || seen.has(`agent ${name}`)) return;
    seen.add(`agent ${name}`);
    hashes.add(agent.hash);
    agent.tools.forEach(reachTool);
    agent.subagents.forEach(reachAgent);
  };
  const reach = (step: Step): void => {
    if ('role' in step && step.role !== undefined) hashes.add(reachable.roles[step.role]?.hash ?? '');
    if ('agent' in step && step.agent !== undefined) reachAgent(step.agent);
    if (step.verb === 'tool') reachTool(reachable.tools[step.tool]);
    if (step.verb === 'code') for (const tool of step.tools) reachTool(reachable.tools[tool]);
    if (step.verb === 'skill') hashes.add(reachable.skills[step.skill]?.hash ?? '');
    if (step.verb === 'workflow') calls.add(step.workflow);
    innerSteps(step).forEach(reach);
  };
  steps.forEach(reach);
  return { own: digest({ ...parts, reached: [...hashes].sort() }), calls: [...calls].sort() };
}

/** The hash of each workflow: its own, and those of all workflows it calls, however far. */
export function hashesOf(reached: ReadonlyMap<string, Reached>): Map<string, string> {
  const hashes = new Map<string, string>();
  for (const [name, { own }] of reached) {
    const far = new Set<string>();
    const waiting = [name];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      for (const call of reached.get(next)?.calls ?? []) {
        if (far.has(call)) continue;
        far.add(call);
        waiting.push(call);
      }
    }
    const others = [...far].sort().map((call) => [call, reached.get(call)?.own ?? '']);
    hashes.set(name, others.length === 0 ? own : digest({ own, others }));
  }
  return hashes;
}

/** The steps directly inside a step. */
export function innerSteps(step: Step): readonly Step[] {
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
