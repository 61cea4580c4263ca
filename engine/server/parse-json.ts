import type { Json } from '../core/json.ts';
import { Problem } from '../core/problem.ts';

/** Deepest nesting of arrays and objects that is accepted from callers. */
export const maxDepth = 200;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * JSON out of bytes that a caller sent. Throws Problem `invalid_json` for invalid UTF-8, text that is not JSON, nesting deeper
 * than `maxDepth`, a key named `__proto__`, numbers beyond the range of a double and lone surrogates.
 */
export function parseJson(bytes: Uint8Array): Json {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw new Problem('invalid_json', 'the body is not valid UTF-8');
  }
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (thrown) {
    throw new Problem(
      'invalid_json',
      `the body is not JSON: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
    );
  }
  refuseTraps(value, 0);
  return value;
}

function refuseTraps(value: Json, depth: number): void {
  if (typeof value === 'string') return refuseText(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new Problem('invalid_json', 'a number of the body is out of range');
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  if (depth === maxDepth)
    throw new Problem('invalid_json', `the body is nested deeper than ${maxDepth} levels`);
  if (Array.isArray(value)) {
    for (const item of value as readonly Json[]) refuseTraps(item, depth + 1);
    return;
  }
  for (const [key, item] of Object.entries(value)) {
    if (key === '__proto__') throw new Problem('invalid_json', 'the body has a key named "__proto__"');
    refuseText(key);
    refuseTraps(item, depth + 1);
  }
}

function refuseText(text: string): void {
  if (!text.isWellFormed())
    throw new Problem('invalid_json', 'a text of the body is not well-formed Unicode');
}
