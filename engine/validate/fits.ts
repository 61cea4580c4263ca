import { isObject, type Json, type JsonObject } from '../core/json.ts';
import { branchesOf, byLiterals, propertiesOf, viableBranches, type Branch } from './branches.ts';
import { patternOf } from './pattern.ts';
import type { Located, SchemaSet } from './schema-set.ts';
import { isOfType, typesOf } from './types-of.ts';
import { countFaults, listFaults, literalFaults, numberFaults, stringFaults } from './value-faults.ts';

/** Whether a value is as a schema wants it. */
export type Check = (value: Json) => boolean;

/**
 * The check that a value has none of the faults that `explain` gives. It is made once for a schema, builds nothing while it
 * looks, and says nothing of why: nearly every value is right.
 */
export function checkOf(located: Located, set: SchemaSet): Check {
  const { schema, file } = set.follow(located);
  if (typeof schema === 'boolean') return () => schema;
  const known = checks.get(schema);
  if (known !== undefined) return known;
  let made: readonly Check[] | undefined;
  // Made when it is needed: schemas refer to themselves.
  const check: Check = (value) => {
    made ??= partsOf({ schema, file }, schema, set);
    for (const part of made) if (!part(value)) return false;
    return true;
  };
  checks.set(schema, check);
  return check;
}

const checks = new WeakMap<JsonObject, Check>();

function partsOf(located: Located, schema: JsonObject, set: SchemaSet): Check[] {
  const { file } = located;
  const inside = (part: Json | undefined): Located => ({
    schema: isObject(part) || typeof part === 'boolean' ? part : true,
    file,
  });
  const all: Check[] = [];
  const types = typesOf(schema);
  if (types.length > 0) all.push((value) => types.some((type) => isOfType(value, type)));
  for (const key of ['oneOf', 'anyOf'] as const) {
    const branches = schema[key];
    if (Array.isArray(branches))
      all.push(unionCheck(branchesOf((branches as readonly Json[]).map(inside), located, set), set));
  }
  if (Array.isArray(schema['enum']) || schema['const'] !== undefined) all.push(literalCheck(schema));
  const has = (...keys: readonly string[]): boolean => keys.some((key) => schema[key] !== undefined);
  if (has('minLength', 'maxLength', 'pattern'))
    all.push((value) => typeof value !== 'string' || stringFaults(schema, value, '', located).length === 0);
  if (has('minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'))
    all.push((value) => typeof value !== 'number' || numberFaults(schema, value, '').length === 0);
  if (has('minItems', 'maxItems', 'uniqueItems'))
    all.push((value) => !Array.isArray(value) || listFaults(schema, value, '').length === 0);
  if (schema['items'] !== undefined) {
    const item = checkOf(inside(schema['items']), set);
    all.push((value) => !Array.isArray(value) || (value as readonly Json[]).every((one) => item(one)));
  }
  if (has('properties', 'patternProperties', 'additionalProperties', 'propertyNames', 'required'))
    all.push(objectCheck(schema, inside, set));
  if (has('minProperties', 'maxProperties'))
    all.push((value) => !isObject(value) || countFaults(schema, value, '').length === 0);
  if (Array.isArray(schema['allOf']))
    all.push(...(schema['allOf'] as readonly Json[]).map((part) => checkOf(inside(part), set)));
  if (schema['if'] !== undefined) {
    const condition = checkOf(inside(schema['if']), set);
    const [then, otherwise] = ['then', 'else'].map((key) =>
      schema[key] === undefined ? undefined : checkOf(inside(schema[key]), set),
    );
    all.push((value) => (condition(value) ? then : otherwise)?.(value) ?? true);
  }
  return all;
}

function literalCheck(schema: JsonObject): Check {
  const literals: readonly Json[] = Array.isArray(schema['enum'])
    ? schema['enum']
    : [schema['const'] ?? null];
  const simple = new Set(literals);
  return (value) => simple.has(value) || literalFaults(schema, value, '').length === 0;
}

function objectCheck(schema: JsonObject, inside: (part: Json | undefined) => Located, set: SchemaSet): Check {
  const properties = new Map(
    Object.entries(propertiesOf(schema)).map(([key, part]) => [key, checkOf(inside(part), set)]),
  );
  const patterns = Object.entries(
    isObject(schema['patternProperties']) ? schema['patternProperties'] : {},
  ).map(([pattern, part]) => [patternOf(pattern), checkOf(inside(part), set)] as const);
  const additional = schema['additionalProperties'];
  const other = additional === undefined ? undefined : checkOf(inside(additional), set);
  const names =
    schema['propertyNames'] === undefined ? undefined : checkOf(inside(schema['propertyNames']), set);
  const required = Array.isArray(schema['required'])
    ? (schema['required'] as readonly Json[]).filter((key): key is string => typeof key === 'string')
    : [];
  return (value) => {
    if (!isObject(value)) return true;
    for (const key of required) if (!Object.hasOwn(value, key)) return false;
    for (const key of Object.keys(value)) {
      const item = value[key] as Json;
      if (names?.(key) === false) return false;
      const property = properties.get(key);
      let isKnown = property !== undefined;
      if (property?.(item) === false) return false;
      for (const [pattern, check] of patterns) {
        if (!pattern.test(key)) continue;
        isKnown = true;
        if (!check(item)) return false;
      }
      if (!isKnown && other?.(item) === false) return false;
    }
    return true;
  };
}

function unionCheck(branches: readonly Branch[], set: SchemaSet): Check {
  const all = branches.map((branch) => ({
    branch,
    types: typesOf(branch.schema),
    check: checkOf(branch.located, set),
  }));
  const checkOfBranch = new Map(all.map(({ branch, check }) => [branch, check]));
  return (value) => {
    const accepting = all.filter(
      ({ types }) => types.length === 0 || types.some((type) => isOfType(value, type)),
    );
    if (isObject(value)) {
      const verbs = accepting.flatMap(({ branch }) => (branch.verb === undefined ? [] : [branch]));
      if (verbs.length > 1) {
        const written = verbs.flatMap(({ verb = '' }) => (Object.hasOwn(value, verb) ? [verb] : []));
        const viable = viableBranches(verbs, written);
        const chosen =
          viable.length === 1 ? viable[0] : written.length === 0 ? byLiterals(verbs, value) : undefined;
        return chosen !== undefined && checkOfBranch.get(chosen)?.(value) === true;
      }
    }
    return accepting.some(({ check }) => check(value));
  };
}
