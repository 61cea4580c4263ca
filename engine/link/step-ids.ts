import type { Askers } from './link-script.ts';
import type { Names } from './names.ts';
import type { Node } from '../source/index.ts';

/** Who may ask a scripted model: agents, profiles and workflows, and every step of the workflows. */
export function askersOf({ of }: Names): Omit<Askers, 'tools' | 'prefixes'> {
  return {
    agents: new Set([of.agent, of.profile, of.workflow].flatMap((specs) => Object.keys(specs))),
    steps: new Set(Object.values(of.workflow).flatMap((root) => stepIds(root.get('steps')))),
  };
}

/** Ids of the steps of a list and of the blocks inside them. */
function stepIds(list: Node): string[] {
  return list.list().flatMap((step) => {
    const blocks = [
      step.get('steps'),
      ...step
        .get('parallel')
        .get('branches')
        .entries()
        .map(([, branch]) => branch),
      ...[...step.get('branch').list(), ...step.get('catch').list()].map((inner) => inner.get('steps')),
    ];
    return [step.get('id').text() ?? [], ...blocks.map(stepIds)].flat();
  });
}
