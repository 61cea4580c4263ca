import type { ASTNode } from '@marcbachmann/cel-js';
import { childrenOf } from './cel-children.ts';
import { loops, loopVariable } from './cel-loop-names.ts';
import type { Read } from './types.ts';

/** The member paths a tree reads from its scope, in source order; loop variables are left out. */
export function readsOfTree(tree: ASTNode): Read[] {
  const reads: Read[] = [];
  visit(tree, [], false, reads);
  return reads.sort((a, b) => a.start - b.start || a.end - b.end);
}

function visit(node: ASTNode, bound: readonly string[], guarded: boolean, reads: Read[]): void {
  const found = pathOf(node);
  if (found !== undefined) {
    const [root = ''] = found.path;
    if (!bound.includes(root)) {
      reads.push({ path: found.path, start: node.start, end: node.end, guarded: guarded || found.optional });
    }
    return;
  }
  if (node.op === 'rcall' && loops.has(node.args[0])) {
    const [, receiver, [, ...bodies]] = node.args;
    visit(receiver, bound, guarded, reads);
    const inner = [...bound, loopVariable(node) ?? ''];
    for (const body of bodies) visit(body, inner, guarded, reads);
    return;
  }
  const testing =
    (node.op === 'call' || node.op === 'rcall') && (node.args[0] === 'has' || node.args[0] === 'default');
  for (const [index, child] of childrenOf(node).entries()) {
    visit(child, bound, guarded || (testing && index === 0), reads);
  }
}

/** `a.b["c"][0]` as a path; undefined when the node is no chain of literal steps from a name. */
export function pathOf(node: ASTNode): { path: string[]; optional: boolean } | undefined {
  switch (node.op) {
    case 'id':
      return { path: [node.args], optional: false };
    case '.':
    case '.?':
      return extend(node.args[0], node.args[1], node.op === '.?');
    case '[]':
    case '[?]': {
      const [, index] = node.args;
      if (index.op !== 'value' || (typeof index.args !== 'string' && typeof index.args !== 'bigint'))
        return undefined;
      return extend(node.args[0], String(index.args), node.op === '[?]');
    }
    default:
      return undefined;
  }
}

function extend(
  target: ASTNode,
  key: string,
  optional: boolean,
): { path: string[]; optional: boolean } | undefined {
  const head = pathOf(target);
  return head === undefined ? undefined : { path: [...head.path, key], optional: head.optional || optional };
}
