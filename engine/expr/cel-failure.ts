import type { ASTNode } from '@marcbachmann/cel-js';
import { Problem } from '../core/problem.ts';

/** What `a.?b` gives when there is no `b`. */
export const absent = Symbol('absent');

/** Stops an evaluation: throws Problem `expression_failed` with the faulty part of the source, never with data. */
export function fail(node: ASTNode, message: string): never {
  throw new Problem('expression_failed', `"${excerpt(node)}": ${message}`);
}

/** The kind of a value in the writer's words. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (value === absent || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'list';
  switch (typeof value) {
    case 'bigint':
    case 'number':
      return 'number';
    case 'boolean':
      return 'bool';
    default:
      return typeof value;
  }
}

/** The source of a node on one line, shortened to 80 characters. */
function excerpt(node: ASTNode): string {
  const text = node.input.slice(node.start, node.end).replace(/\s+/g, ' ').trim();
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
