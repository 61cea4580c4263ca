import type { ASTNode } from '@marcbachmann/cel-js';

/** A method call node: `[name, receiver, arguments]`. */
export type MethodCall = Extract<ASTNode, { op: 'rcall' }>;

/** The loops, each written `list.name(variable, …)`, and how many arguments each takes. */
export const loops: ReadonlyMap<string, readonly number[]> = new Map([
  ['all', [2]],
  ['exists', [2]],
  ['exists_one', [2]],
  ['filter', [2]],
  ['map', [2, 3]],
]);

/** The name a loop binds, or undefined when its first argument is no plain name. */
export function loopVariable(node: MethodCall): string | undefined {
  const [variable] = node.args[2];
  return variable?.op === 'id' ? variable.args : undefined;
}
