import type { Json } from '../core/json.ts';
import { absent, kindOf } from './cel-failure.ts';
import { limits } from './limits.ts';

/**
 * The JSON of a value that an expression computed: integers become numbers, missing fields vanish.
 * Calls `refuse` (which must throw) with the reason when the value is none: a function, an infinite number,
 * an integer that a number cannot hold exactly, nesting deeper than 200. Untouched parts are shared, not copied.
 */
export function plainJson(value: unknown, refuse: (reason: string) => never): Json {
  return plain(value, { refuse, left: limits.parts }, 0);
}

interface Walk {
  readonly refuse: (reason: string) => never;
  /** Parts that may still be looked at: a value that holds itself many times over unfolds to more than anybody can use. */
  left: number;
}

function plain(value: unknown, walk: Walk, depth: number): Json {
  const { refuse } = walk;
  walk.left -= 1;
  if (walk.left <= 0) refuse(`more than ${limits.parts} parts`);
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
      return Array.isArray(value) ? plainList(value, walk, depth) : plainObject(value, walk, depth);
    default:
      return value === absent || value === undefined
        ? null
        : refuse(`a ${kindOf(value)} is not a JSON value`);
  }
}

function plainList(list: readonly unknown[], walk: Walk, depth: number): Json {
  let changed = false;
  const items: Json[] = [];
  for (const item of list) {
    const made = plain(item, walk, depth + 1);
    if (made !== item) changed = true;
    items.push(made);
  }
  return changed ? items : (list as readonly Json[]);
}

function plainObject(object: object, walk: Walk, depth: number): Json {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null)
    return walk.refuse('only plain data can be a result');
  let changed = false;
  const entries: [string, Json][] = [];
  for (const [key, item] of Object.entries(object)) {
    if (item === undefined) {
      changed = true;
      continue;
    }
    const made = plain(item, walk, depth + 1);
    if (made !== item) changed = true;
    entries.push([key, made]);
  }
  return changed ? Object.fromEntries(entries) : (object as Json);
}
