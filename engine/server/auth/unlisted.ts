import type { Engine } from '../../api.ts';
import { asProblem, Problem } from '../../core/problem.ts';
import { refuseUnknown } from '../../core/refuse-unknown.ts';
import { choices } from '../../core/suggest.ts';
import type { Program } from '../../program/program.ts';
import type { Caller } from './caller.ts';
import { askedOf, ownOnly } from './own-only.ts';

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
 * Refuses names by which a list is narrowed and that there are not for this caller, in the same words. What left the project and is for the
 * caller by its name is there as long as the caller has something of it. Throws Problem `agent_not_found`, `workflow_not_found`.
 * @param isWorking the list is of approvals: the agent is whose model works, which profiles do in tasks and workflows in their prompts.
 */
export async function refuseUnlistedNames(
  engine: Engine,
  caller: Caller,
  { agent, workflow }: { readonly agent?: string; readonly workflow?: string },
  { isWorking = false }: { readonly isWorking?: boolean } = {},
): Promise<void> {
  const { agents, workflows } = visibleTo(caller, engine.program);
  const first = { limit: 1, ...(isWorking ? askedOf(caller) : ownOnly(caller)) };
  const isNarrow = caller.agents !== undefined || (isWorking && caller.workflows !== undefined);
  if (agent !== undefined && isNarrow && !(isWorking && isWorker(engine, caller, agent))) {
    // An agent that left cannot be told from a workflow that there is not for the caller.
    const mayHaveLeft = caller.agents?.includes(agent) ?? !Object.hasOwn(engine.program.workflows, agent);
    const of = isWorking ? engine.approvals : engine.submissions;
    const isLeft = async (): Promise<boolean> => mayHaveLeft && isThere(of.list({ agent, ...first }));
    await refuseUnknown('agent', agent, Object.keys(agents), isLeft);
  }
  if (workflow !== undefined && caller.workflows !== undefined) {
    const mayHaveLeft = caller.workflows.includes(workflow);
    const of = isWorking ? engine.approvals : engine.runs;
    const isLeft = async (): Promise<boolean> => mayHaveLeft && isThere(of.list({ workflow, ...first }));
    await refuseUnknown('workflow', workflow, Object.keys(workflows), isLeft);
  }
}

/** Whether calls are made in a name that is no agent's. */
function isWorker({ program }: Engine, caller: Caller, name: string): boolean {
  const { agents, delegates } = program;
  const isProfile = Object.hasOwn(delegates, name) && !Object.hasOwn(agents, name);
  return isProfile || Object.hasOwn(visibleTo(caller, program).workflows, name);
}

/** Whether a list is of something that there is. */
async function isThere(list: Promise<unknown>): Promise<boolean> {
  try {
    await list;
    return true;
  } catch (thrown) {
    if (asProblem(thrown).status === 404) return false;
    throw thrown;
  }
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
