import { isObject, type Json } from '../../core/json.ts';

/**
 * Whether a JSON Schema may be sent as a strict one: the root is an object, and every object in it is closed and requires all
 * of its properties but `optional` in all. Schemas that use what strict mode does not know are not strict.
 */
export function isStrictSchema(schema: Json, optional = 0): boolean {
  return isObject(schema) && schema['type'] === 'object' && fits(schema, { optional });
}

function fits(schema: Json, left: { optional: number }): boolean {
  if (!isObject(schema)) return false;
  if (Object.keys(schema).some((key) => !known.has(key))) return false;
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const types = [schema['type']].flat();
  if (types.includes('object')) {
    const required = Array.isArray(schema['required']) ? schema['required'] : [];
    if (schema['additionalProperties'] !== false) return false;
    left.optional -= Object.keys(properties).filter((name) => !required.includes(name)).length;
    if (left.optional < 0) return false;
  }
  const inner = [...Object.values(properties), ...list(schema['anyOf']), ...list(schema['items'])];
  const definitions = Object.values(isObject(schema['$defs']) ? schema['$defs'] : {});
  return [...inner, ...definitions].every((one) => fits(one, left));
}

function list(value: Json | undefined): readonly Json[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

const known = new Set([
  '$defs',
  '$ref',
  '$schema',
  'additionalProperties',
  'anyOf',
  'const',
  'description',
  'enum',
  'items',
  'properties',
  'required',
  'title',
  'type',
]);
