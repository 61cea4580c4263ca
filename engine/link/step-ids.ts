import type { Askers } from './link-script.ts';
import type { Names } from './names.ts';
import { stepListsIn, type Node } from '../source/index.ts';

/** Who may ask a scripted model: agents, profiles and workflows, and every step of the workflows. */
export function askersOf({ of }: Names): Omit<Askers, 'tools' | 'prefixes'> {
  return {
    agents: new Set([of.agent, of.profile, of.workflow].flatMap((specs) => Object.keys(specs))),
    steps: new Set(Object.values(of.workflow).flatMap(stepIdsOf)),
  };
}

/** Ids of the steps of a workflow; it is walked once. */
function stepIdsOf(root: Node): readonly string[] {
  let ids = known.get(root);
  if (ids === undefined) known.set(root, (ids = stepIds(root.get('steps'))));
  return ids;
}

const known = new WeakMap<Node, readonly string[]>();

/** Ids of the steps of a list and of the blocks inside them. */
function stepIds(list: Node): string[] {
  return list
    .list()
    .flatMap((step) => [step.get('id').text() ?? [], ...stepListsIn(step).map(stepIds)].flat());
}
