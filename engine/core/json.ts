/** Any value that survives JSON: what crosses every port, is stored, and is sent to clients. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/** A JSON Schema (2020-12) as written in a spec. */
export type JsonSchema = boolean | JsonObject;

/** Tells whether a JSON value is an object (not an array, not null). */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * JSON text with object keys sorted at every depth, so that equal values give equal text.
 * Used for content hashes and idempotency comparison.
 */
export function stableText(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => (isObject(inner) ? sorted(inner) : inner));
}

function sorted(object: JsonObject): JsonObject {
  const keys = Object.keys(object);
  if (keys.every((key, index) => index === 0 || (keys[index - 1] ?? '') <= key)) return object;
  return Object.fromEntries(keys.sort().map((key) => [key, object[key] as Json]));
}

/** Deepest nesting of a value that enters from outside: what is deeper could not be walked without risking the stack. */
const maxDepth = 200;

/** Whether a JSON value is nested deeper than 200 levels. Walks without recursion. */
export function isTooDeep(value: Json): boolean {
  let level: Json[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > maxDepth) return true;
    const below: Json[] = [];
    for (const item of level) {
      if (typeof item !== 'object' || item === null) continue;
      for (const inner of Object.values(item as JsonObject)) {
        if (typeof inner === 'object' && inner !== null) below.push(inner);
      }
    }
    level = below;
  }
  return false;
}

/**
 * The value as it reads back from JSON: functions and undefined fields are gone; throws TypeError on cycles, BigInt and
 * nesting deeper than 200 levels.
 */
export function toJson(value: unknown): Json {
  if (value === undefined) return null;
  const json = JSON.parse(JSON.stringify(value)) as Json;
  if (isTooDeep(json)) throw new TypeError(`it is nested deeper than ${maxDepth} levels`);
  return json;
}
