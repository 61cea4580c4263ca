import type { Facts } from '../../program/facts.ts';
import { stepListsIn, rootOf, type Node } from '../../source/index.ts';
import type { Rule } from '../rule.ts';
import { factsByFile } from '../facts-at.ts';
import { spotOf } from '../spot.ts';

/** A `set` step does nothing but give an output; one whose output nobody reads does nothing. */
export const unusedStep: Rule = {
  id: 'graph/unused-step',
  level: 'warning',
  preset: 'strict',
  check({ facts, sources }, report) {
    const expressions = factsByFile(facts);
    for (const source of sources.filter(({ kind }) => kind === 'workflow')) {
      const used = readSteps(expressions.get(source.file) ?? []);
      if (used === undefined) continue;
      for (const step of idleSteps(rootOf(source).get('steps'))) {
        const id = step.get('id').text() ?? '';
        if (used.has(id)) continue;
        report(
          spotOf(step.get('id')),
          `nobody reads what step "${id}" sets; use steps.${id}.output, or delete the step`,
        );
      }
    }
  },
};

/** Ids of the steps that a workflow reads; undefined when it may read any. */
function readSteps(expressions: Facts['expressions']): ReadonlySet<string> | undefined {
  const used = new Set<string>();
  for (const fact of expressions) {
    for (const { path } of fact.reads) {
      if (path[0] !== 'steps') continue;
      if (path[1] === undefined) return undefined;
      used.add(path[1]);
    }
  }
  return used;
}

/** The `set` steps whose output does not leave their list by being its last. */
function* idleSteps(list: Node): Generator<Node> {
  const steps = list.list();
  for (const [index, step] of steps.entries()) {
    for (const inner of stepListsIn(step)) yield* idleSteps(inner);
    const isLast = steps.slice(index + 1).every((later) => later.get('if').value !== undefined);
    if (step.get('set').value !== undefined && !isLast) yield step;
  }
}
