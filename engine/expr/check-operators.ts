import type { ASTNode } from '@marcbachmann/cel-js';
import { suggest } from '../core/suggest.ts';
import { literalValue } from './narrow.ts';
import { refuseNull, textOf, type Report } from './type-fault.ts';
import { kindOfType, nameOfType } from './type-name.ts';
import {
  bool,
  dyn,
  isScalar,
  listOf,
  membersOf,
  number,
  string,
  unionOf,
  type Literal,
  type Type,
} from './type.ts';

/** A side of an operator, with its type. */
export interface Side {
  readonly node: ASTNode;
  readonly type: Type;
  /** Type before conditions around it narrowed it. */
  readonly declared: Type;
}

/** The type an operator gives; reports operands it can never take. */
export function operatorType(node: ASTNode, left: Side, right: Side, report: Report): Type {
  switch (node.op) {
    case '==':
    case '!=':
      checkEqual(node, left, right, report);
      return bool;
    case 'in':
      checkIn(left, right, report);
      return bool;
    case '<':
    case '<=':
    case '>':
    case '>=':
      if (pairs(left.type, right.type, orderOf).length === 0) {
        report('expr/type', `cannot compare ${kindOfType(left.type)} with ${kindOfType(right.type)}`, node);
      } else checkNulls([left, right], report);
      return bool;
    default: {
      const results = pairs(left.type, right.type, node.op === '+' ? sumOf : numberOf);
      if (results.length > 0) {
        checkNulls([left, right], report);
        return unionOf(results);
      }
      const message = `cannot use ${node.op} between ${kindOfType(left.type)} and ${kindOfType(right.type)}`;
      report('expr/type', message, node);
      return dyn;
    }
  }
}

/** Reports a condition that can be neither true nor false, or that may be null. */
export function checkBool(
  type: Type,
  written: string,
  place: { start: number; end: number },
  report: Report,
): void {
  const members = membersOf(type);
  if (members.length === 0) return;
  if (members.some(({ kind }) => kind === 'dyn' || kind === 'bool')) {
    refuseNull(type, written, place, report);
    return;
  }
  report('expr/not-boolean', `must be true or false, got ${kindOfType(type)}`, place);
}

/** What an operator gives for the pairs of types it can take; `dyn` where too little is known, nothing where it takes none. */
function pairs(left: Type, right: Type, of: (a: Type, b: Type) => Type | undefined): readonly Type[] {
  const [a, b] = [membersOf(left), membersOf(right)];
  if (a.length === 0 || b.length === 0) return [dyn];
  return a.flatMap((one) => b.flatMap((other) => of(one, other) ?? []));
}

/** Reports sides of an operator that may be null, where it takes no null. */
function checkNulls(sides: readonly Side[], report: Report): void {
  for (const { node, type } of sides) refuseNull(type, textOf(node), node, report);
}

function sumOf(a: Type, b: Type): Type | undefined {
  if (a.kind === 'string' || b.kind === 'string') {
    const takes = (type: Type): boolean => type.kind === 'dyn' || isScalar(type);
    return takes(a) && takes(b) ? string : undefined;
  }
  if (a.kind === 'list' && b.kind === 'list') return listOf(unionOf([a.item, b.item]));
  if (a.kind === 'dyn' || b.kind === 'dyn') {
    const known = a.kind === 'dyn' ? b : a;
    return ['dyn', 'list', 'number', 'bool'].includes(known.kind) ? dyn : undefined;
  }
  return numberOf(a, b);
}

function numberOf(a: Type, b: Type): Type | undefined {
  const takes = (type: Type): boolean => type.kind === 'dyn' || type.kind === 'number';
  return takes(a) && takes(b) ? number : undefined;
}

function orderOf(a: Type, b: Type): Type | undefined {
  if (a.kind === 'dyn') return b.kind === 'dyn' || isScalar(b) ? bool : undefined;
  if (b.kind === 'dyn') return isScalar(a) ? bool : undefined;
  return isScalar(a) && a.kind === b.kind ? bool : undefined;
}

function checkEqual(node: ASTNode, left: Side, right: Side, report: Report): void {
  const [a, b] = [literalValue(left.node), literalValue(right.node)];
  if (a === undefined && b !== undefined) return checkLiteral(b, right.node, left.declared, report);
  if (b === undefined && a !== undefined) return checkLiteral(a, left.node, right.declared, report);
  const kinds = (type: Type): string[] => membersOf(type).map(({ kind }) => kind);
  const [lefts, rights] = [kinds(left.declared), kinds(right.declared)];
  const loose = [...lefts, ...rights].some((kind) => kind === 'dyn' || kind === 'null');
  if (loose || lefts.length === 0 || rights.length === 0) return;
  if (lefts.some((kind) => rights.includes(kind)) && !areDisjoint(left.declared, right.declared)) return;
  report(
    'expr/type',
    `${nameOfType(left.declared)} and ${nameOfType(right.declared)} can never be equal`,
    node,
  );
}

/** Whether two types are finite sets of values that have none in common. */
function areDisjoint(left: Type, right: Type): boolean {
  const [a, b] = [left, right].map((type) =>
    membersOf(type).every((member) => isScalar(member) && member.values !== undefined)
      ? membersOf(type).flatMap((member) => (isScalar(member) ? (member.values ?? []) : []))
      : undefined,
  );
  return a !== undefined && b !== undefined && !a.some((value) => b.includes(value));
}

function checkIn(item: Side, list: Side, report: Report): void {
  const members = membersOf(list.type);
  const fits = members.some(({ kind }) => kind === 'list' || kind === 'record' || kind === 'dyn');
  if (!fits && members.length > 0 && members.some(({ kind }) => kind !== 'null')) {
    report(
      'expr/not-list',
      `"in" needs a list or a map on its right, got ${kindOfType(list.type)}`,
      list.node,
    );
  } else if (fits) checkNulls([list], report);
  if (list.node.op === 'list') {
    for (const node of list.node.args) {
      const value = literalValue(node);
      if (value !== undefined && literalValue(item.node) === undefined)
        checkLiteral(value, node, item.declared, report);
    }
    return;
  }
  const value = literalValue(item.node);
  const items = members.map((member) => (member.kind === 'list' ? member.item : dyn));
  if (value !== undefined) checkLiteral(value, item.node, unionOf(items), report);
}

/** Reports a literal that a value can never be equal to. */
function checkLiteral(value: Literal | null, node: ASTNode, other: Type, report: Report): void {
  const members = membersOf(other).filter(({ kind }) => kind !== 'null');
  if (value === null || members.length === 0) return;
  const kind = typeof value === 'boolean' ? 'bool' : typeof value;
  const possible = members.some(
    (member) =>
      member.kind === 'dyn' ||
      (isScalar(member) && member.kind === kind && (member.values?.includes(value) ?? true)),
  );
  if (possible) return;
  const words = members.flatMap((member) => (isScalar(member) ? (member.values ?? []) : [])).map(String);
  const suggestions = suggest(String(value), words, 3);
  const from = members.flatMap((member) => (isScalar(member) ? (member.from ?? []) : []))[0];
  const near = suggestions[0] === undefined ? '' : `; did you mean "${suggestions[0]}"?`;
  report(
    'expr/impossible-literal',
    `${JSON.stringify(value)} can never equal ${nameOfType(unionOf(members))}${near}`,
    node,
    { suggestions, ...(from === undefined ? {} : { from }) },
  );
}
