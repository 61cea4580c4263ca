import type { Engine } from '../../api.ts';
import { Problem } from '../../core/problem.ts';
import { choices } from '../../core/suggest.ts';
import type { Program } from '../../program/program.ts';
import { findNamed } from '../routes/find-named.ts';
import type { Caller } from './caller.ts';

type Parts = Pick<Program, 'agents' | 'workflows'>;

/** The agents and workflows that there are for a caller. */
export function visibleTo({ agents, workflows }: Caller, program: Program): Parts {
  if (agents === undefined && workflows === undefined) return program;
  return { agents: listed(program.agents, agents), workflows: listed(program.workflows, workflows) };
}

/** An engine with those agents and workflows only that there are for a caller. */
export function seenBy(caller: Caller, engine: Engine): Engine {
  const parts = visibleTo(caller, engine.program);
  return parts === engine.program ? engine : { ...engine, program: { ...engine.program, ...parts } };
}

/**
 * Refuses the names of agents and workflows that are not for this caller, in the words for those that there are not. Throws Problem
 * `agent_not_found`, `workflow_not_found`.
 */
export function refuseUnlisted(
  { program }: Engine,
  caller: Caller,
  path: string,
  { name = '' }: { readonly name?: string | undefined },
): void {
  if (path.startsWith('/agents/:name') && caller.agents?.includes(name) === false)
    throw new Problem('agent_not_found', `no agent "${name}"${others(name, program.agents, caller.agents)}`);
  if (path.startsWith('/workflows/:name') && caller.workflows?.includes(name) === false)
    throw new Problem(
      'workflow_not_found',
      `no workflow "${name}"${others(name, program.workflows, caller.workflows)}`,
    );
}

/**
 * Refuses names by which a list is narrowed and that there are not for this caller, in the same words. Throws Problem `agent_not_found`,
 * `workflow_not_found`.
 * @param isWorking the agent is whose model works, which profiles do in tasks and workflows in their prompts.
 */
export function refuseUnlistedNames(
  { program }: Engine,
  caller: Caller,
  { agent, workflow }: { readonly agent?: string; readonly workflow?: string },
  { isWorking = false }: { readonly isWorking?: boolean } = {},
): void {
  const visible = visibleTo(caller, program);
  const profiles = Object.keys(program.delegates).filter((name) => !Object.hasOwn(program.agents, name));
  const others = isWorking ? [...profiles, ...Object.keys(visible.workflows)] : [];
  if (agent !== undefined && caller.agents !== undefined && !others.includes(agent))
    findNamed(visible.agents, agent, 'agent');
  if (workflow !== undefined && caller.workflows !== undefined)
    findNamed(visible.workflows, workflow, 'workflow');
}

function others(name: string, all: Readonly<Record<string, unknown>>, allowed: readonly string[]): string {
  return choices(name, Object.keys(listed(all, allowed)));
}

function listed<T>(
  all: Readonly<Record<string, T>>,
  allowed: readonly string[] | undefined,
): Readonly<Record<string, T>> {
  if (allowed === undefined) return all;
  return Object.fromEntries(Object.entries(all).filter(([name]) => allowed.includes(name)));
}
