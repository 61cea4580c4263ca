import { rootOf, stepListsIn, type Node, type Source } from '../source/index.ts';

/** A step as it is written, with the lists of steps around it. */
export interface SpecStep {
  readonly node: Node;
  /** Steps before it that have run when it runs, or were skipped: of its own list and of those around it. */
  readonly before: readonly Node[];
}

/** The steps of a workflow, those in blocks and catches too, each list from top to bottom. */
export function stepsOf(source: Source): Iterable<SpecStep> {
  return below(rootOf(source).get('steps'), []);
}

function* below(list: Node, outside: readonly Node[]): Generator<SpecStep> {
  const steps = list.list();
  for (const [index, node] of steps.entries()) {
    const before = [...outside, ...steps.slice(0, index)];
    yield { node, before };
    for (const inner of stepListsIn(node)) yield* below(inner, before);
  }
}
