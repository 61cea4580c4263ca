import type { ASTNode } from '@marcbachmann/cel-js';
import { assume, literalValue, namePath } from './narrow.ts';
import type { TypeScope } from './type-scope.ts';
import { isScalar, membersOf, type Literal, type Type } from './type.ts';

/** What a condition gives whatever the data are, as far as types prove it; undefined when it may give both. */
export function constantTruth(node: ASTNode, scope: TypeScope): boolean | undefined {
  switch (node.op) {
    case 'value':
      return typeof node.args === 'boolean' ? node.args : undefined;
    case '!_':
      return negated(constantTruth(node.args, scope));
    case '&&':
    case '||': {
      const [left, right] = node.args;
      const decides = node.op === '||';
      const first = constantTruth(left, scope);
      if (first === decides) return decides;
      // The right side matters only where the left one does not decide.
      const second = constantTruth(right, assume(left, !decides, scope));
      if (second === decides) return decides;
      return first === undefined || second === undefined ? undefined : !decides;
    }
    case '==':
    case '!=': {
      const isEqual = equality(node.args[0], node.args[1], scope);
      return node.op === '==' ? isEqual : negated(isEqual);
    }
    case 'in':
      return membership(node.args[0], node.args[1], scope);
    case '<':
    case '<=':
    case '>':
    case '>=':
      return order(node.op, literalValue(node.args[0]), literalValue(node.args[1]));
    default: {
      const values = valuesAt(node, scope);
      return values?.length === 1 && typeof values[0] === 'boolean' ? values[0] : undefined;
    }
  }
}

function negated(truth: boolean | undefined): boolean | undefined {
  return truth === undefined ? undefined : !truth;
}

function equality(left: ASTNode, right: ASTNode, scope: TypeScope): boolean | undefined {
  const [a, b] = [literalValue(left), literalValue(right)];
  if (a !== undefined && b !== undefined) return a === b;
  const literal = a ?? b;
  if (literal === undefined || literal === null) return undefined;
  const values = valuesAt(a === undefined ? left : right, scope);
  if (values === undefined) return undefined;
  if (!values.includes(literal)) return false;
  return values.length === 1 ? true : undefined;
}

function membership(item: ASTNode, list: ASTNode, scope: TypeScope): boolean | undefined {
  if (list.op !== 'list') return undefined;
  const values = valuesAt(item, scope);
  const literals = list.args.map(literalValue);
  if (values === undefined || literals.includes(undefined)) return undefined;
  if (values.every((value) => literals.includes(value))) return true;
  return values.some((value) => literals.includes(value)) ? undefined : false;
}

function order(
  operator: '<' | '<=' | '>' | '>=',
  left: Literal | null | undefined,
  right: Literal | null | undefined,
): boolean | undefined {
  if (typeof left !== 'number' || typeof right !== 'number') return undefined;
  return { '<': left < right, '<=': left <= right, '>': left > right, '>=': left >= right }[operator];
}

/**
 * Every value that may stand at a path; undefined when there are others, or none is known. Text that a "set" step spells out is
 * not counted: it is there to be changed.
 */
function valuesAt(node: ASTNode, scope: TypeScope): readonly Literal[] | undefined {
  const path = namePath(node);
  let type: Type | undefined = scope.types;
  for (const name of path ?? []) {
    const next: Type | undefined = type?.kind === 'record' ? type.fields.get(name)?.type : undefined;
    type = next;
  }
  if (path === undefined || type === undefined) return undefined;
  const members = membersOf(type);
  if (members.length === 0) return undefined;
  const values = members.map((member) =>
    isScalar(member) && (member.kind === 'bool' || member.from !== undefined) ? member.values : undefined,
  );
  return values.includes(undefined) ? undefined : values.flatMap((list) => list ?? []);
}
