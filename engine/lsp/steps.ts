import { isObject } from '../core/json.ts';
import { rootOf, type Node, type Source } from '../source/index.ts';

/** A step of a workflow as it is written. */
export interface WrittenStep {
  readonly id: string;
  readonly node: Node;
  /** Steps of the blocks inside it, in the order of the file. */
  readonly inner: readonly WrittenStep[];
}

/** The steps of a workflow with an id, those inside of blocks among them; none of another kind of spec. */
export function stepsOf(source: Source): readonly WrittenStep[] {
  return source.kind === 'workflow' ? outlineOf(source).flatMap(withInner) : [];
}

/** The steps of a workflow as a tree. */
export function outlineOf(source: Source): readonly WrittenStep[] {
  return stepsIn(rootOf(source).get('steps'));
}

function withInner(step: WrittenStep): WrittenStep[] {
  return [step, ...step.inner.flatMap(withInner)];
}

function stepsIn(list: Node): WrittenStep[] {
  return list.list().flatMap((node): WrittenStep[] => {
    const inner = blocksOf(node).flatMap(stepsIn);
    const id = node.get('id').text();
    return id === undefined ? inner : [{ id, node, inner }];
  });
}

/** Lists of steps anywhere below the keys of a step. */
function blocksOf(node: Node): Node[] {
  return node
    .entries()
    .flatMap(([key, value]) => (key === 'with' || key.endsWith('Schema') ? [] : listsIn(value)));
}

function listsIn(node: Node): Node[] {
  const items = node.list();
  if (items.some((item) => isObject(item.value) && item.get('id').text() !== undefined)) return [node];
  const inner = isObject(node.value) ? node.entries().map(([, value]) => value) : items;
  return inner.flatMap(listsIn);
}
