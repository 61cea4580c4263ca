import { isObject, type Json, type JsonObject } from '../core/json.ts';

/**
 * The part of a JSON Schema that speaks about a path of properties, `*` for the items of a list; undefined where the schema does
 * not say it plainly.
 */
export function schemaAt(schema: JsonObject | undefined, path: readonly string[]): JsonObject | undefined {
  let at: Json | undefined = schema;
  for (const name of path) {
    if (!isObject(at)) return undefined;
    if (name === '*') {
      at = at['items'];
      continue;
    }
    if (!isObject(at['properties'])) return undefined;
    at = Object.hasOwn(at['properties'], name) ? at['properties'][name] : undefined;
  }
  return isObject(at) ? at : undefined;
}

/** Whether a schema allows any text: a string that neither a list of values, nor a pattern or format restricts. */
export function allowsAnyText(schema: JsonObject): boolean {
  const { type } = schema;
  const isText = type === 'string' || (Array.isArray(type) && type.includes('string'));
  return isText && !['enum', 'const', 'pattern', 'format', '$ref'].some((key) => key in schema);
}
