import { isObject, type Json } from '../core/json.ts';
import { pointer } from '../core/json-pointer.ts';
import { parseExpression, readsOf } from './expression.ts';
import { limits } from './limits.ts';
import type { Expression, ExpressionFault, Read, Scope, Value } from './types.ts';

/**
 * Parses a value of a spec: a string that is wholly `${{ CEL }}` becomes that expression, everything else stays.
 * Faults carry the JSON Pointer of their string (after `prefix`) and offsets inside it; a faulty string stays as it is.
 */
export function parseValue(
  json: Json,
  prefix = '',
): { readonly value: Value; readonly faults: readonly (ExpressionFault & { readonly pointer: string })[] } {
  const parsing: Parsing = { faults: [], reads: [], leaves: [] };
  const run = compile(json, prefix, 0, parsing);
  const value: Value = {
    source: json,
    constant: run === undefined,
    evaluate: run ?? (() => json),
  };
  known.set(value, parsing.reads);
  leaves.set(value, parsing.leaves);
  return { value, faults: parsing.faults };
}

/** A value without expressions, taken as it is. */
export function constantValue(json: Json): Value {
  return { source: json, constant: true, evaluate: () => json };
}

/** The paths that the expressions of a value read; `pointer` names the string, offsets count inside it. */
export function valueReads(value: Value): readonly (Read & { readonly pointer: string })[] {
  return known.get(value) ?? [];
}

/** An expression inside a value: the pointer of its string, and where in the string it begins. */
export interface Leaf {
  readonly pointer: string;
  readonly offset: number;
  readonly expression: Expression;
}

/** The expressions of a value. */
export function valueLeaves(value: Value): readonly Leaf[] {
  return leaves.get(value) ?? [];
}

const leaves = new WeakMap<Value, readonly Leaf[]>();
const known = new WeakMap<Value, readonly (Read & { readonly pointer: string })[]>();

interface Parsing {
  readonly faults: (ExpressionFault & { readonly pointer: string })[];
  readonly reads: (Read & { readonly pointer: string })[];
  readonly leaves: Leaf[];
}

type Evaluate = (scope: Scope) => Json;

/** How to evaluate a part; undefined when it is constant. */
function compile(json: Json, at: string, depth: number, parsing: Parsing): Evaluate | undefined {
  if (typeof json === 'string') return json.includes('${{') ? compileString(json, at, parsing) : undefined;
  if (typeof json !== 'object' || json === null) return undefined;
  if (depth >= limits.depth) {
    const message = `nested deeper than ${limits.depth} levels`;
    parsing.faults.push({ rule: 'expr/not-allowed', message, start: 0, end: 0, pointer: at });
    return undefined;
  }
  if (isObject(json)) {
    const entries = Object.entries(json).map(
      ([key, item]) => [key, item, compile(item, at + pointer(key), depth + 1, parsing)] as const,
    );
    if (entries.every(([, , run]) => run === undefined)) return undefined;
    return (scope) =>
      Object.fromEntries(entries.map(([key, item, run]) => [key, run === undefined ? item : run(scope)]));
  }
  const items = json.map(
    (item, index) => [item, compile(item, at + pointer(index), depth + 1, parsing)] as const,
  );
  if (items.every(([, run]) => run === undefined)) return undefined;
  return (scope) => items.map(([item, run]) => (run === undefined ? item : run(scope)));
}

function compileString(text: string, at: string, parsing: Parsing): Evaluate | undefined {
  const inner = /^(\s*\$\{\{)([\s\S]*)\}\}\s*$/.exec(text);
  const offset = inner?.[1]?.length ?? 0;
  const source = inner?.[2] ?? '';
  const { expression, faults } = parseExpression(source);
  if (inner === null || (expression === undefined && source.includes('${{'))) {
    const start = text.indexOf('${{', inner === null ? 0 : offset);
    parsing.faults.push({
      rule: 'expr/partial-scalar',
      message: 'an expression must be the whole value; join text with + inside one "${{ }}"',
      start,
      end: Math.min(text.length, start + 3),
      pointer: at,
    });
    return undefined;
  }
  for (const fault of faults) {
    parsing.faults.push({ ...fault, start: fault.start + offset, end: fault.end + offset, pointer: at });
  }
  if (expression === undefined) return undefined;
  for (const read of readsOf(expression)) {
    parsing.reads.push({ ...read, start: read.start + offset, end: read.end + offset, pointer: at });
  }
  parsing.leaves.push({ pointer: at, offset, expression });
  return (scope) => expression.evaluate(scope);
}
