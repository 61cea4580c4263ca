import { stepListsIn, type Node } from '../source/index.ts';
import type { Names } from './names.ts';

/** The paths of all steps of a list and of the blocks in them: `decide`, `decide/ask`; without rounds and branches. */
export function stepPathsOf(list: Node, inside = ''): string[] {
  return list.list().flatMap((step) => {
    const id = step.get('id').text();
    if (id === undefined) return [];
    const path = inside === '' ? id : `${inside}/${id}`;
    return [path, ...stepListsIn(step).flatMap((block) => stepPathsOf(block, path))];
  });
}

/** Every step of all workflows that has this verb, by id. */
export function peopleStepsOf({ of }: Names, verb: 'approval' | 'ask' | 'wait'): Map<string, Node> {
  const found = new Map<string, Node>();
  const look = (list: Node): void => {
    for (const step of list.list()) {
      const id = step.get('id').text();
      if (id !== undefined && step.get(verb).value !== undefined) found.set(id, step);
      stepListsIn(step).forEach(look);
    }
  };
  for (const root of Object.values(of.workflow)) look(root.get('steps'));
  return found;
}
