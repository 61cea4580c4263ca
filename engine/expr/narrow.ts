import type { ASTNode } from '@marcbachmann/cel-js';
import { joinScopes, narrowPath, type TypeScope } from './type-scope.ts';
import {
  isScalar,
  literalOf,
  never,
  unionOf,
  without,
  withoutNull,
  type Literal,
  type Scalar,
  type Type,
} from './type.ts';

/**
 * What the names are where a condition is known to be true, or false. What a condition cannot tell stays as it was.
 * @param worked whether the condition is known to have given a value, so that every path it reads is there.
 */
export function assume(node: ASTNode, truth: boolean, scope: TypeScope, worked = true): TypeScope {
  return assumeInside(node, truth, withCondition(node, truth, scope), worked);
}

/** Whether a path goes on where a part of it is missing: `a.?b`, and all behind it. */
export function isLenient(node: ASTNode): boolean {
  switch (node.op) {
    case '.?':
    case '[?]':
      return true;
    case '.':
    case '[]':
      return isLenient(node.args[0]);
    default:
      return false;
  }
}

/** `a.b["c"]` as a path; undefined when the node is no chain of names. */
export function namePath(node: ASTNode): readonly string[] | undefined {
  switch (node.op) {
    case 'id':
      return [node.args];
    case '.':
    case '.?': {
      const head = namePath(node.args[0]);
      return head === undefined ? undefined : [...head, node.args[1]];
    }
    case '[]':
    case '[?]': {
      const [target, index] = node.args;
      const head = index.op === 'value' && typeof index.args === 'string' ? namePath(target) : undefined;
      return head === undefined ? undefined : [...head, String(index.op === 'value' ? index.args : '')];
    }
    default:
      return undefined;
  }
}

/** The value a node spells out; undefined when it is no string, number, bool or null. */
export function literalValue(node: ASTNode): Literal | null | undefined {
  if (node.op !== 'value') return undefined;
  const value: unknown = node.args;
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  return value instanceof Uint8Array ? undefined : Number(String(value));
}

/** A condition as it is compared with others. */
export function conditionText(source: string): string {
  return source.replace(/\s+/g, '');
}

function assumeInside(node: ASTNode, truth: boolean, scope: TypeScope, worked: boolean): TypeScope {
  switch (node.op) {
    case '!_':
      return assume(node.args, !truth, scope, worked);
    case '&&':
    case '||': {
      const [left, right] = node.args;
      const first = assume(left, truth, scope, worked);
      if ((node.op === '&&') === truth) return assume(right, truth, first, worked);
      return joinScopes(first, assume(right, truth, scope, worked));
    }
    case '==':
    case '!=':
      return assumeEqual(
        node.args[0],
        node.args[1],
        (node.op === '==') === truth,
        assumeRound(node.op, node.args[0], node.args[1], truth, scope),
        worked,
      );
    case 'in':
      return assumeIn(node.args[0], node.args[1], truth, scope, worked);
    case 'call':
      return assumeCall(node.args[0], node.args[1], truth, scope);
    case 'rcall':
      return assumeCall(node.args[0], [node.args[1], ...node.args[2]], truth, scope);
    case '<':
    case '<=':
    case '>':
    case '>=':
      return assumeRound(node.op, node.args[0], node.args[1], truth, scope);
    default:
      return narrowTo(scope, node, [truth], true, worked);
  }
}

function assumeEqual(
  left: ASTNode,
  right: ASTNode,
  equal: boolean,
  scope: TypeScope,
  worked: boolean,
): TypeScope {
  const value = literalValue(right) === undefined ? literalValue(left) : literalValue(right);
  const compared = literalValue(right) === undefined ? right : left;
  return value === undefined ? scope : narrowTo(scope, compared, [value], equal, worked);
}

/** In a loop, `prev` is there wherever a comparison tells that this is not round 0. */
function assumeRound(
  op: '==' | '!=' | '<' | '<=' | '>' | '>=',
  left: ASTNode,
  right: ASTNode,
  truth: boolean,
  scope: TypeScope,
): TypeScope {
  const isIndex = (node: ASTNode): boolean => node.op === 'id' && node.args === 'index';
  if (!scope.types.fields.has('prev') || !(isIndex(left) || isIndex(right))) return scope;
  const [a, b] = [left, right].map((node) => (isIndex(node) ? 0 : literalValue(node)));
  if (typeof a !== 'number' || typeof b !== 'number') return scope;
  const inFirst = { '==': a === b, '!=': a !== b, '<': a < b, '<=': a <= b, '>': a > b, '>=': a >= b }[op];
  return inFirst === truth ? scope : narrowPath(scope, ['prev'], withoutNull);
}

function assumeIn(
  item: ASTNode,
  list: ASTNode,
  truth: boolean,
  scope: TypeScope,
  worked: boolean,
): TypeScope {
  if (list.op !== 'list') return scope;
  const values = list.args.map(literalValue);
  if (values.includes(undefined)) return scope;
  return narrowTo(scope, item, values as (Literal | null)[], truth, worked);
}

function assumeCall(name: string, args: readonly ASTNode[], truth: boolean, scope: TypeScope): TypeScope {
  const [first, second] = args;
  if (first === undefined) return scope;
  if ((name === 'default' || name === 'orValue') && second !== undefined) {
    const fallback = literalValue(second);
    const path = namePath(first);
    if (fallback !== !truth || path === undefined) return scope;
    return narrowPath(scope, path, (type) => only(type, [truth]), true);
  }
  if ((name !== 'has' && name !== 'hasValue') || !truth) return scope;
  const path = namePath(first);
  // The field may still hold null; what it is read from may not.
  return path === undefined || path.length < 2 ? scope : narrowPath(scope, path, (type) => type, true);
}

/** What is known where what stands at a node is one of these values, or none of them. */
function narrowTo(
  scope: TypeScope,
  node: ASTNode,
  values: readonly (Literal | null)[],
  truth: boolean,
  worked: boolean,
): TypeScope {
  const path = namePath(node);
  if (path === undefined) return scope;
  const isThere = isLenient(node) ? truth !== values.includes(null) : worked;
  return narrowPath(scope, path, (type) => (truth ? only(type, values) : except(type, values)), isThere);
}

function only(type: Type, values: readonly (Literal | null)[]): Type {
  const literals = values.filter((value) => value !== null);
  let kept = values.includes(null) ? type : withoutNull(type);
  kept = without(kept, (member) => member.kind === 'record' || member.kind === 'list');
  if (kept.kind === 'dyn') return type;
  const members = kept.kind === 'union' ? kept.of : [kept];
  return unionOf([
    never,
    ...members.map((member): Type => {
      if (!isScalar(member)) return member;
      const fitting = literals.filter(
        (value) => typeof value === kindOf(member.kind) && (member.values?.includes(value) ?? true),
      );
      return fitting.length === 0 ? never : { ...literalOf(...fitting), ...originOf(member) };
    }),
  ]);
}

function except(type: Type, values: readonly (Literal | null)[]): Type {
  const members = type.kind === 'union' ? type.of : [type];
  const kept = members.map((member): Type => {
    if (member.kind === 'null') return values.includes(null) ? never : member;
    if (!isScalar(member)) return member;
    const possible = member.values ?? (member.kind === 'bool' ? [true, false] : undefined);
    if (possible === undefined) return member;
    const left = possible.filter((value) => !values.includes(value));
    if (left.length === possible.length) return member;
    return left.length === 0 ? never : { ...literalOf(...left), ...originOf(member) };
  });
  return kept.every((member, index) => member === members[index]) ? type : unionOf(kept);
}

function originOf({ from }: Scalar): Pick<Scalar, 'from'> {
  return from === undefined ? {} : { from };
}

function kindOf(kind: 'bool' | 'number' | 'string'): string {
  return kind === 'bool' ? 'boolean' : kind;
}

/** Longer conditions are not compared with each other. */
const longestCondition = 400;

/** Steps that run exactly where this condition holds have run where it is known to hold. */
function withCondition(node: ASTNode, truth: boolean, scope: TypeScope): TypeScope {
  if (scope.conditions.size === 0 || node.end - node.start > longestCondition) return scope;
  const text = conditionText(node.input.slice(node.start, node.end));
  const keys = truth ? [text, `(${text})`] : [`!${text}`, `!(${text})`];
  const steps = keys.flatMap((key) => scope.conditions.get(key) ?? []);
  return steps.reduce(
    (seen, id) => narrowPath(seen, ['steps', id, 'status'], (type) => except(type, ['skipped'])),
    scope,
  );
}
