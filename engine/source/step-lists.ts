import type { Node } from './node.ts';

/** The lists of steps inside a step: its own, and those of its branches, cases and catches. */
export function stepListsIn(step: Node): readonly Node[] {
  return [
    step.get('steps'),
    ...step
      .get('parallel')
      .get('branches')
      .entries()
      .map(([, steps]) => steps),
    ...[...step.get('branch').list(), ...step.get('catch').list()].map((part) => part.get('steps')),
  ].filter(({ value }) => Array.isArray(value));
}
