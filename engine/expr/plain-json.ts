import type { Json } from '../core/json.ts';
import { absent, kindOf } from './cel-failure.ts';
import { limits } from './limits.ts';

/**
 * The JSON of a value that an expression computed: integers become numbers, missing fields vanish.
 * Calls `refuse` (which must throw) with the reason when the value is none: a function, an infinite number,
 * an integer that a number cannot hold exactly, nesting deeper than 200. Untouched parts are shared, not copied.
 */
export function plainJson(value: unknown, refuse: (reason: string) => never, depth = 0): Json {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : refuse('the result is not a finite number');
    case 'bigint': {
      const number = Number(value);
      return Number.isSafeInteger(number) ? number : refuse('the number is too large to be exact');
    }
    case 'object':
      if (value === null) return null;
      if (depth >= limits.depth) return refuse(`nested deeper than ${limits.depth} levels`);
      return Array.isArray(value) ? plainList(value, refuse, depth) : plainObject(value, refuse, depth);
    default:
      return value === absent || value === undefined
        ? null
        : refuse(`a ${kindOf(value)} is not a JSON value`);
  }
}

function plainList(list: readonly unknown[], refuse: (reason: string) => never, depth: number): Json {
  let changed = false;
  const items = Array.from(list, (item) => {
    const plain = plainJson(item, refuse, depth + 1);
    if (plain !== item) changed = true;
    return plain;
  });
  return changed ? items : (list as readonly Json[]);
}

function plainObject(object: object, refuse: (reason: string) => never, depth: number): Json {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null)
    return refuse('only plain data can be a result');
  let changed = false;
  const entries: [string, Json][] = [];
  for (const [key, item] of Object.entries(object)) {
    if (item === undefined) {
      changed = true;
      continue;
    }
    const plain = plainJson(item, refuse, depth + 1);
    if (plain !== item) changed = true;
    entries.push([key, plain]);
  }
  return changed ? Object.fromEntries(entries) : (object as Json);
}
