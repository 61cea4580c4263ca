import type { ASTNode } from '@marcbachmann/cel-js';
import type { Json } from '../core/json.ts';
import { asProblem } from '../core/problem.ts';
import { childrenOf } from './cel-children.ts';
import { compileNode } from './cel-compile.ts';
import { fail } from './cel-failure.ts';
import { loops } from './cel-loop-names.ts';
import { pathOf } from './cel-reads.ts';
import { treeOf } from './expression.ts';
import { limits } from './limits.ts';
import { plainJson } from './plain-json.ts';
import type { Expression, Scope } from './types.ts';

/** A part of an expression and what it gave. Literals are left out of the parts. */
export interface Explained {
  /** The part as it is written. */
  readonly source: string;
  /** Absent when it failed, or was not looked at. */
  readonly value?: Json;
  readonly error?: string;
  /** Another part had decided already. */
  readonly ignored?: true;
  /** Names from the scope downwards, when the part only reads. */
  readonly path?: readonly string[];
  readonly parts: readonly Explained[];
}

/** What every part of an expression gave in a scope. Never throws. */
export function explainExpression(expression: Expression, scope: Scope): Explained {
  const tree = treeOf(expression);
  return tree === undefined ? { source: expression.source, parts: [] } : explain(tree, scope, false);
}

/** What a part gives in a scope. Never throws. */
export function outcomeOf(node: ASTNode, scope: Scope): { readonly value?: Json; readonly error?: string } {
  try {
    const frame = { scope, locals: [], rounds: limits.iterations, work: limits.work };
    return { value: plainJson(compileNode(node, [])(frame), (reason) => fail(node, reason)) };
  } catch (thrown) {
    return { error: asProblem(thrown).message };
  }
}

/** The sides of `a && b && c`, or of `||`. */
export function sidesOf(node: ASTNode, op: '&&' | '||'): readonly ASTNode[] {
  return node.op === op ? [...sidesOf(node.args[0], op), ...sidesOf(node.args[1], op)] : [node];
}

function explain(node: ASTNode, scope: Scope, isIgnored: boolean): Explained {
  const source = sourceOf(node);
  const outcome = isIgnored ? { ignored: true as const } : outcomeOf(node, scope);
  const path = pathOf(node)?.path;
  if (path !== undefined) return { source, ...outcome, path, parts: [] };
  return { source, ...outcome, parts: partsOf(node, scope, isIgnored) };
}

/** The part as it is written, on one line. Parentheses at its ends are no part of a node, so those of its insides are looked for. */
function sourceOf({ input, start: first, end: last }: ASTNode): string {
  let [start, end] = [first, last];
  while (parentheses(input.slice(start, end)).closed > 0 && start > 0) start -= 1;
  while (parentheses(input.slice(start, end)).open > 0 && end < input.length) end += 1;
  return input.slice(start, end).replace(/\s+/g, ' ').trim();
}

/** How many parentheses of a text are closed but not opened in it, and opened but not closed. */
function parentheses(text: string): { readonly open: number; readonly closed: number } {
  let open = 0;
  let closed = 0;
  for (const [mark] of text.matchAll(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[()]/g)) {
    if (mark === '(') open += 1;
    else if (mark === ')' && open > 0) open -= 1;
    else if (mark === ')') closed += 1;
  }
  return { open, closed };
}

function partsOf(node: ASTNode, scope: Scope, isIgnored: boolean): readonly Explained[] {
  // What a loop says of its items is one question.
  if (node.op === 'rcall' && loops.has(node.args[0])) return [explain(node.args[1], scope, isIgnored)];
  switch (node.op) {
    case '&&':
    case '||': {
      let isDecided = isIgnored;
      return sidesOf(node, node.op).map((side) => {
        const part = explain(side, scope, isDecided);
        isDecided ||= part.value === (node.op === '||');
        return part;
      });
    }
    case '?:': {
      const [test, yes, no] = node.args;
      const first = explain(test, scope, isIgnored);
      return [
        first,
        explain(yes, scope, isIgnored || first.value !== true),
        explain(no, scope, isIgnored || first.value !== false),
      ];
    }
    default:
      return childrenOf(node).flatMap((child) =>
        child.op === 'value' ? [] : [explain(child, scope, isIgnored)],
      );
  }
}
