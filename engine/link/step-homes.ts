import { stepListsIn, type Node } from '../source/index.ts';

/** Every step id with a word on where it lives, for messages about steps that are out of sight. */
export function homesOf(list: Node, inside?: string): Map<string, string> {
  const homes = new Map<string, string>();
  for (const step of list.list()) {
    const id = step.get('id').text();
    if (id === undefined) continue;
    const own =
      inside === undefined
        ? 'it comes later'
        : `it lives inside step "${inside}"; use steps.${inside}.output`;
    homes.set(id, own);
    for (const inner of stepListsIn(step))
      for (const [name, home] of homesOf(inner, id)) if (!homes.has(name)) homes.set(name, home);
  }
  return homes;
}
