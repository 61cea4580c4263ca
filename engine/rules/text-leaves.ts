import type { Node } from '../source/index.ts';

/** Every text in a value, however deep, with its place. */
export function* textLeaves(node: Node): Generator<{ readonly node: Node; readonly text: string }> {
  const text = node.text();
  if (text !== undefined) yield { node, text };
  for (const item of node.list()) yield* textLeaves(item);
  for (const [, item] of node.entries()) yield* textLeaves(item);
}
