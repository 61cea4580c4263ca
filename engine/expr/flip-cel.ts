import type { ASTNode } from '@marcbachmann/cel-js';
import { isObject, type Json } from '../core/json.ts';
import { pathOf } from './cel-reads.ts';
import { outcomeOf, sidesOf } from './explain-cel.ts';
import { treeOf } from './expression.ts';
import type { Expression, Scope } from './types.ts';

/** One value that would have had to be another. */
export interface Change {
  /** Names from the scope downwards. */
  readonly path: readonly string[];
  /** Absent when there was none. */
  readonly was?: Json;
  /** Every value that would do: `<= 100`. */
  readonly needs: string;
  /** The nearest of them. */
  readonly to: Json;
}

/** A condition and what it should have given. */
export interface Goal {
  readonly expression: Expression;
  readonly truth: boolean;
}

/**
 * The smallest changes of a scope with each of which all conditions would have given what they should, the smallest first; only
 * for comparisons of single values. Every one was tried.
 */
export function changesFor(goals: readonly Goal[], scope: Scope): readonly (readonly Change[])[] {
  let found: Alternatives = [[]];
  for (const { expression, truth } of goals) {
    const tree = treeOf(expression);
    if (tree === undefined) return [];
    found = both(found, wish(tree, truth, scope));
  }
  const isReached = (changes: readonly Change[]): boolean => {
    const changed = changes.reduce<Scope>((before, { path, to }) => withValue(before, path, to), scope);
    return goals.every(({ expression, truth }) => {
      const tree = treeOf(expression);
      return tree !== undefined && outcomeOf(tree, changed).value === truth;
    });
  };
  return found
    .filter((changes) => changes.length > 0 && isReached(changes))
    .sort((a, b) => a.length - b.length || sizeOf(a) - sizeOf(b))
    .slice(0, 3);
}

/** Each is enough. */
type Alternatives = readonly (readonly Change[])[];

const maxAlternatives = 24;

/** What would make a node give `truth`; `[[]]` when it does, empty when nobody knows. */
function wish(node: ASTNode, truth: boolean, scope: Scope): Alternatives {
  if (outcomeOf(node, scope).value === truth) return [[]];
  switch (node.op) {
    case '!_':
      return wish(node.args, !truth, scope);
    case '&&':
    case '||': {
      const sides = sidesOf(node, node.op).map((side) => wish(side, truth, scope));
      const isAllNeeded = truth === (node.op === '&&');
      return isAllNeeded
        ? sides.reduce(both)
        : sides.flatMap((alternatives) => alternatives.filter((changes) => changes.length > 0));
    }
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=': {
      const relation = truth ? node.op : opposite[node.op];
      const [left, right] = node.args;
      return [...compare(left, relation, right, scope), ...compare(right, mirrored[relation], left, scope)];
    }
    case 'in': {
      const [item, list] = [placeOf(node.args[0]), outcomeOf(node.args[1], scope).value];
      if (item === undefined || !Array.isArray(list)) return [];
      const items = list as readonly Json[];
      const to = truth ? items[0] : 'anything else';
      if (to === undefined || (!truth && items.includes(to))) return [];
      return [[changeOf(item, `${truth ? '' : 'not '}in ${JSON.stringify(items)}`, to, scope)]];
    }
    default: {
      const place = placeOf(node);
      return place === undefined ? [] : [[changeOf(place, `== ${String(truth)}`, truth, scope)]];
    }
  }
}

type Relation = '==' | '!=' | '<' | '<=' | '>' | '>=';

const opposite = { '==': '!=', '!=': '==', '<': '>=', '<=': '>', '>': '<=', '>=': '<' } as const;
const mirrored = { '==': '==', '!=': '!=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const;

/** What would make the value at a place stand in a relation to another. */
function compare(at: ASTNode, relation: Relation, other: ASTNode, scope: Scope): Alternatives {
  const place = placeOf(at);
  const { value } = outcomeOf(other, scope);
  if (place === undefined || value === undefined) return [];
  const to = nearest(relation, value);
  return to === undefined ? [] : [[changeOf(place, `${relation} ${JSON.stringify(value)}`, to, scope)]];
}

/** The value nearest to another that stands in a relation to it. */
function nearest(relation: Relation, value: Json): Json | undefined {
  if (relation === '==' || relation === '<=' || relation === '>=') return value;
  if (typeof value === 'number') return relation === '<' ? value - 1 : value + 1;
  if (typeof value === 'boolean') return relation === '!=' ? !value : undefined;
  if (typeof value === 'string') return relation === '<' ? (value === '' ? undefined : '') : `${value}…`;
  return relation === '!=' ? '…' : undefined;
}

/** The path that a node reads, also `default(path, …)`. */
function placeOf(node: ASTNode): readonly string[] | undefined {
  const [name, args] = node.op === 'call' ? node.args : [];
  const [first] = name === 'default' ? (args ?? []) : [];
  return pathOf(first ?? node)?.path;
}

function changeOf(path: readonly string[], needs: string, to: Json, scope: Scope): Change {
  const was = path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? (value as Record<string, unknown>)[key]
        : undefined,
    scope,
  ) as Json | undefined;
  return { path, ...(was === undefined ? {} : { was }), needs, to };
}

/** All of some alternatives together with all of others. */
function both(some: Alternatives, others: Alternatives): Alternatives {
  return some.flatMap((one) => others.map((other) => [...one, ...other])).slice(0, maxAlternatives);
}

/** How far changes go, each in parts of the value it ends at. */
function sizeOf(changes: readonly Change[]): number {
  return changes.reduce((sum, { was, to }) => {
    if (typeof was !== 'number' || typeof to !== 'number') return sum + 1;
    return sum + Math.abs(to - was) / Math.max(1, Math.abs(to), Math.abs(was));
  }, 0);
}

/** A scope with another value at a path. */
function withValue(scope: Scope, path: readonly string[], value: Json): Scope {
  return replaced(scope as unknown as Json, path, value) as unknown as Scope;
}

function replaced(target: Json | undefined, [key, ...rest]: readonly string[], value: Json): Json {
  if (key === undefined) return value;
  if (Array.isArray(target)) {
    const list = [...(target as readonly Json[])];
    list[Number(key)] = replaced(list[Number(key)], rest, value);
    return list;
  }
  const object = target !== undefined && isObject(target) ? target : {};
  return { ...object, [key]: replaced(object[key], rest, value) };
}
