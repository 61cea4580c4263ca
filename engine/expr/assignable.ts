import { isObject, type Json } from '../core/json.ts';
import { pointer as segment } from '../core/json-pointer.ts';
import { choices, suggest } from '../core/suggest.ts';
import { kindOfType, nameOfType } from './type-name.ts';
import { isScalar, literalOf, membersOf, nullType, type Record_, type Scalar, type Type } from './type.ts';

/** One reason why a value does not fit. */
export interface Misfit {
  /** `missing`: a required field is not there; `unknown`: a field that no value may have. */
  readonly kind: 'mismatch' | 'missing' | 'unknown';
  /** JSON Pointer of the offending part; for `missing` of the object that lacks it, for `unknown` of the field. */
  readonly pointer: string;
  /** For example `must be number, got string`. */
  readonly message: string;
  readonly suggestions: readonly string[];
  /** The field that is missing or unknown. */
  readonly field?: string;
  /** Id of the step whose being skipped is the only reason. */
  readonly skipped?: string;
}

/**
 * Reasons why a value of the first type may not fit the second, as far as types can tell: text fits a set of words, a field
 * that may be missing fits a required one, and `dyn` fits everything.
 */
export function misfitsOfType(actual: Type, expected: Type, pointer = ''): readonly Misfit[] {
  const targets = membersOf(expected);
  if (targets.length === 0) return [];
  for (const member of membersOf(actual)) {
    if (member.kind === 'dyn' || (member.kind === 'null' && member.soft)) continue;
    const misfits = closest(targets, member, (target) => againstOne(member, target, pointer));
    if (misfits === undefined) return [mismatch(member, expected, pointer)];
    if (misfits.length > 0) return misfits;
  }
  return [];
}

/**
 * The same for a value as it is written, whose expressions have the types that `typeAt` gives for their pointers: every
 * offending leaf is named by itself.
 */
export function misfitsOfValue(
  value: Json,
  typeAt: (pointer: string) => Type | undefined,
  expected: Type,
  pointer = '',
): readonly Misfit[] {
  const computed = typeAt(pointer);
  if (computed !== undefined) return misfitsOfType(computed, expected, pointer);
  const targets = membersOf(expected);
  if (targets.length === 0 || targets.some(({ kind }) => kind === 'dyn')) return [];
  if (isObject(value)) {
    const records = targets.filter((target) => target.kind === 'record');
    if (records.length === 0) return [mismatchOfKind('map', expected, pointer)];
    return fewest(records.map((target) => misfitsOfObject(value, typeAt, target, pointer)));
  }
  if (typeof value === 'object' && value !== null) {
    const lists = targets.filter((target) => target.kind === 'list');
    if (lists.length === 0) return [mismatchOfKind('list', expected, pointer)];
    return fewest(
      lists.map(({ item }) =>
        value.flatMap((inner, index) => misfitsOfValue(inner, typeAt, item, pointer + segment(index))),
      ),
    );
  }
  return misfitsOfType(value === null ? nullType : literalOf(value), expected, pointer);
}

function misfitsOfObject(
  value: Readonly<Record<string, Json>>,
  typeAt: (pointer: string) => Type | undefined,
  expected: Record_,
  pointer: string,
): readonly Misfit[] {
  const given = Object.entries(value).flatMap(([name, inner]): readonly Misfit[] => {
    const at = pointer + segment(name);
    const type = expected.fields.get(name)?.type ?? expected.rest;
    if (type !== undefined) return misfitsOfValue(inner, typeAt, type, at);
    return expected.strict ? [unknownField(name, expected, at)] : [];
  });
  const left = missingIn(expected, (name) => Object.hasOwn(value, name));
  // A misspelt field would otherwise be told twice: once as unknown, once as missing.
  const meant = new Set(given.flatMap(({ kind, suggestions }) => (kind === 'unknown' ? suggestions : [])));
  return [
    ...given,
    ...left.filter((name) => !meant.has(name)).map((name) => missingField(name, expected, pointer)),
  ];
}

function againstOne(
  actual: Exclude<Type, { kind: 'union' }>,
  expected: Type,
  pointer: string,
): readonly Misfit[] {
  if (isScalar(actual) && isScalar(expected)) return valuesMisfit(actual, expected, pointer);
  if (actual.kind === 'list' && expected.kind === 'list') {
    const [misfit] = misfitsOfType(actual.item, expected.item, pointer);
    return misfit === undefined ? [] : [{ ...misfit, message: `an item of the list ${misfit.message}` }];
  }
  if (actual.kind !== 'record' || expected.kind !== 'record') return [];
  for (const [name, field] of actual.fields) {
    const type = expected.fields.get(name)?.type ?? expected.rest;
    if (type !== undefined) {
      const [misfit] = misfitsOfType(field.type, type, pointer);
      if (misfit !== undefined) return [{ ...misfit, message: `its field "${name}" ${misfit.message}` }];
    } else if (expected.strict && field.presence === 'required')
      return [unknownField(name, expected, pointer)];
  }
  if (actual.rest !== undefined) return [];
  const [lacking] = missingIn(expected, (name) => actual.fields.has(name));
  return lacking === undefined ? [] : [missingField(lacking, expected, pointer)];
}

function valuesMisfit(actual: Scalar, expected: Scalar, pointer: string): readonly Misfit[] {
  const allowed = expected.values;
  if (allowed === undefined || actual.values === undefined) return [];
  const wrong = actual.values.find((value) => !allowed.includes(value));
  if (wrong === undefined) return [];
  const words = allowed.map(String);
  const near = suggest(String(wrong), words, 3);
  return [
    {
      kind: 'mismatch',
      pointer,
      message: `must be ${nameOfType(expected)}, got ${JSON.stringify(wrong)}${near[0] === undefined ? '' : `; did you mean "${near[0]}"?`}`,
      suggestions: near,
    },
  ];
}

/** What is wrong with the target that fits best among those of the same kind; undefined when there is none of that kind. */
function closest(
  targets: readonly Exclude<Type, { kind: 'union' }>[],
  actual: Type,
  check: (target: Type) => readonly Misfit[],
): readonly Misfit[] | undefined {
  if (targets.some(({ kind }) => kind === 'dyn')) return [];
  const same = targets.filter(({ kind }) => kind === actual.kind);
  return same.length === 0 ? undefined : fewest(same.map(check));
}

function fewest(all: readonly (readonly Misfit[])[]): readonly Misfit[] {
  return all.reduce((best, next) => (next.length < best.length ? next : best));
}

function missingIn(expected: Record_, has: (name: string) => boolean): string[] {
  return [...expected.fields]
    .filter(([name, { presence }]) => presence === 'required' && !has(name))
    .map(([name]) => name);
}

function mismatch(actual: Type, expected: Type, pointer: string): Misfit {
  if (actual.kind === 'null' && actual.skipped !== undefined) {
    return {
      kind: 'mismatch',
      pointer,
      message: `must be ${nameOfType(expected)}, but is null when step "${actual.skipped}" is skipped`,
      suggestions: [],
      skipped: actual.skipped,
    };
  }
  return mismatchOfKind(nameOfType(isScalar(actual) ? { kind: actual.kind } : actual), expected, pointer);
}

function mismatchOfKind(got: string, expected: Type, pointer: string): Misfit {
  return {
    kind: 'mismatch',
    pointer,
    message: `must be ${got.startsWith('map') ? nameOfType(expected) : kindOrName(expected)}, got ${got}`,
    suggestions: [],
  };
}

function kindOrName(expected: Type): string {
  return membersOf(expected).some(isScalar) ? nameOfType(expected) : kindOfType(expected);
}

function unknownField(name: string, expected: Record_, pointer: string): Misfit {
  const names = [...expected.fields.keys()];
  return {
    kind: 'unknown',
    pointer,
    field: name,
    message: `has no field "${name}"${choices(name, names)}`,
    suggestions: suggest(name, names, 3),
  };
}

function missingField(name: string, expected: Record_, pointer: string): Misfit {
  const type = expected.fields.get(name)?.type;
  const what = type === undefined || type.kind === 'dyn' ? '' : ` (${nameOfType(type)})`;
  return { kind: 'missing', pointer, field: name, message: `lacks "${name}"${what}`, suggestions: [] };
}
