import type { Engine } from '../../api.ts';
import { Problem } from '../../core/problem.ts';
import { insideOf } from '../../api/inside.ts';
import { ownersOf } from '../../session/index.ts';
import type { Caller } from './caller.ts';

/** Narrows a list of runs or messages to what a caller may see. */
export function ownOnly(caller: Caller): { readonly owner?: string } {
  return seesAll(caller) ? {} : { owner: caller.id };
}

/** Narrows a list of approvals to what a caller may see: what its own work asks, and what asks for it by name or role. */
export function askedOf(caller: Caller): { readonly of?: ReturnType<typeof approverOf> } {
  return seesAll(caller) ? {} : { of: approverOf(caller) };
}

/** A caller as approvals know it. */
export function approverOf({ id, name, roles = [] }: Caller): {
  readonly owner: string;
  readonly names: readonly string[];
} {
  return { owner: id, names: [name, ...roles.map((role) => `role:${role}`)] };
}

/** Whose a run is that a caller starts; nobody's where nobody signs in. */
export function startedBy({ id, name, scopes }: Caller): { readonly owner?: string; readonly by?: string } {
  return scopes === undefined ? {} : { owner: id, by: name };
}

/** Who answers an approval: the caller, whatever the answer says. Throws Problem `forbidden` when it says another one. */
export function answeredBy(
  { name, roles = [], scopes }: Caller,
  by: string | undefined,
): { readonly by?: string; readonly roles?: readonly string[] } {
  if (scopes === undefined) return by === undefined ? {} : { by };
  if (by !== undefined && by !== name)
    throw new Problem(
      'forbidden',
      `you are signed in as "${name}" and cannot answer as "${by}"; leave "by" out`,
    );
  return { by: name, roles };
}

/** How many instances are looked at together for those of a caller. */
const searchedAtATime = 200;

/** The instances of an agent that a caller may see, in the order of their keys. Throws what `agents.instances` throws. */
export async function ownInstances(
  engine: Engine,
  caller: Caller,
  agent: string,
  page: { readonly after?: string; readonly limit: number },
): Promise<Awaited<ReturnType<Engine['agents']['instances']>>> {
  if (seesAll(caller)) return engine.agents.instances(agent, page);
  const owners = ownersOf(insideOf(engine).store);
  const found = [];
  // Those of others may be many, and one's own few.
  const limit = Math.max(page.limit, searchedAtATime);
  for (let from = { ...page, limit }; ;) {
    const some = await engine.agents.instances(agent, from);
    const ids = await Promise.all(some.map(({ instance }) => owners.of(agent, instance)));
    found.push(...some.filter((_, at) => ids[at] === caller.id));
    const last = some.at(-1);
    if (last === undefined || some.length < limit || found.length >= page.limit) break;
    from = { limit, after: last.instance };
  }
  return found.slice(0, page.limit);
}

/** The parts of a project, all or those that a caller may know. */
export function named<T extends { readonly name: string }>(
  all: Readonly<Record<string, T>>,
  allowed: readonly string[] | undefined,
): T[] {
  return Object.values(all).filter(({ name }) => allowed?.includes(name) ?? true);
}

/**
 * Refuses what tells of all agents and workflows to callers for whom there are only some. Throws Problem `forbidden`.
 */
export function refuseNarrow(caller: Caller): void {
  if (!seesAll(caller))
    throw new Problem('forbidden', 'this tells of all agents and workflows, and there are only some for you');
}

/** Operators see the work of others, but not of agents and workflows that there are not for them. */
function seesAll({ scopes, agents, workflows }: Caller): boolean {
  if (scopes === undefined) return true;
  return scopes.includes('admin') && agents === undefined && workflows === undefined;
}
