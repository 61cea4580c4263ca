import { isObject, type Json, type JsonObject } from '../core/json.ts';
import type { Located, SchemaSet } from './schema-set.ts';

/** One alternative: its schema, and the required key that no other alternative requires. */
export interface Branch {
  readonly located: Located;
  readonly schema: JsonObject;
  readonly verb: string | undefined;
}

/** The alternatives of a union, its references followed. */
export function branchesOf(
  alternatives: readonly Located[],
  union: Located,
  set: SchemaSet,
): readonly Branch[] {
  if (typeof union.schema === 'boolean') return [];
  const present = known.get(union.schema);
  if (present !== undefined) return present;
  const followed = alternatives.map((one) => set.follow(one));
  const schemas = followed.map(({ schema }) => (typeof schema === 'boolean' ? {} : schema));
  const count = (key: string): number => schemas.filter((schema) => requiredOf(schema).includes(key)).length;
  const branches = followed.map((one, index): Branch => {
    const schema = schemas[index] ?? {};
    return { located: one, schema, verb: requiredOf(schema).find((key) => count(key) === 1) };
  });
  known.set(union.schema, branches);
  return branches;
}

const known = new WeakMap<JsonObject, readonly Branch[]>();

/** The alternatives that a map with these verbs may be: they know all of them. */
export function viableBranches(branches: readonly Branch[], written: readonly string[]): readonly Branch[] {
  return branches.filter(
    ({ schema, verb }) =>
      verb !== undefined && written.includes(verb) && written.every((key) => key in propertiesOf(schema)),
  );
}

/** The alternative whose fixed values (`type: http`) are those of the value, when it says any. */
export function byLiterals(branches: readonly Branch[], value: JsonObject): Branch | undefined {
  const says = (schema: JsonObject): boolean | undefined => {
    for (const [key, part] of Object.entries(propertiesOf(schema))) {
      if (!isObject(part) || !Object.hasOwn(value, key)) continue;
      const literals: readonly Json[] = part['const'] === undefined ? enumOf(part) : [part['const']];
      if (literals.length > 0) return literals.includes(value[key] ?? null);
    }
    return undefined;
  };
  const matching = branches.filter(({ schema }) => says(schema) === true);
  return matching.length === 1 ? matching[0] : undefined;
}

function enumOf(schema: JsonObject): readonly Json[] {
  return Array.isArray(schema['enum']) ? schema['enum'] : [];
}

/** What a schema says of keys by name. */
export function propertiesOf(schema: JsonObject): JsonObject {
  return isObject(schema['properties']) ? schema['properties'] : {};
}

/** The keys that must be there. */
export function requiredOf(schema: JsonObject): string[] {
  const { required } = schema;
  return Array.isArray(required) ? required.filter((key): key is string => typeof key === 'string') : [];
}
