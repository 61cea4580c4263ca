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
  return JSON.stringify(sorted(value));
}

/** The value with its keys sorted, the very same where they are; one that writes itself (a Date) is sorted as it is written. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('toJSON' in value && typeof value.toJSON === 'function')
    return sorted(JSON.parse(JSON.stringify(value)));
  if (Array.isArray(value)) {
    const items = value.map(sorted);
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  const keys = Object.keys(value);
  let isSorted = true;
  const inner: unknown[] = keys.map((key, index) => {
    const before = (value as JsonObject)[key];
    const after = sorted(before);
    isSorted &&= after === before && (index === 0 || (keys[index - 1] ?? '') <= key);
    return after;
  });
  if (isSorted) return value;
  return Object.fromEntries(
    keys.map((key, index) => [key, inner[index]] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** Deepest nesting of a value that enters from outside: what is deeper could not be walked without risking the stack. */
export const maxDepth = 200;

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
