import { segmentsOf } from '../core/json-pointer.ts';
import type { Step } from '../program/step.ts';
import type { Node } from '../source/index.ts';

/** Where a step is written. */
export function nodeOfStep(root: Node, { origin }: Pick<Step, 'origin'>): Node {
  return segmentsOf(origin.pointer).reduce<Node>((node, segment) => node.get(segment), root);
}
