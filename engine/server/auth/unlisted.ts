import type { Engine } from '../../api.ts';
import { Problem } from '../../core/problem.ts';
import { choices } from '../../core/suggest.ts';
import type { Caller } from './caller.ts';

/** Refuses the names of agents and workflows that are not for this caller, in the words for those that there are not. */
export function refuseUnlisted(
  { program }: Engine,
  caller: Caller,
  path: string,
  { name = '' }: { readonly name?: string | undefined },
): void {
  if (path.startsWith('/agents/:name') && caller.agents !== undefined && !caller.agents.includes(name))
    throw new Problem(
      'agent_not_found',
      `no agent "${name}"${choices(name, listed(program.agents, caller.agents))}`,
    );
  if (
    path.startsWith('/workflows/:name') &&
    caller.workflows !== undefined &&
    !caller.workflows.includes(name)
  )
    throw new Problem(
      'workflow_not_found',
      `no workflow "${name}"${choices(name, listed(program.workflows, caller.workflows))}`,
    );
}

/** The names of a project that a caller may know. */
export function listed(
  all: Readonly<Record<string, unknown>>,
  allowed: readonly string[] | undefined,
): string[] {
  return Object.keys(all).filter((name) => allowed?.includes(name) ?? true);
}
