import { maxDepth, type Json } from './json.ts';
import { Problem } from './problem.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const [quote, backslash, colon] = [0x22, 0x5c, 0x3a];
const [bracket, brace, closingBracket, closingBrace] = [0x5b, 0x7b, 0x5d, 0x7d];

/** Most keys of all objects of a text together. */
export const maxKeys = 100_000;

/**
 * JSON out of bytes that a caller sent. Throws Problem `invalid_json` for invalid UTF-8, text that is not JSON, nesting deeper
 * than `maxDepth`, more keys than `maxKeys`, a key twice in one object, a key named `__proto__`, numbers beyond the range of a double
 * and lone surrogates.
 */
export function parseJson(bytes: Uint8Array): Json {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw new Problem('invalid_json', 'the body is not valid UTF-8');
  }
  const written = countKeys(bytes);
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (thrown) {
    throw new Problem(
      'invalid_json',
      `the body is not JSON: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
    );
  }
  // JSON.parse keeps the last of several.
  if (checkJson(value) < written) throw new Problem('invalid_json', 'an object of the body has a key twice');
  return value;
}

/** Refuses what a parsed value must not have, as `parseJson` does; gives how many keys its objects have together. */
export function checkJson(value: Json, depth = 0): number {
  if (typeof value === 'string') refuseText(value);
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new Problem('invalid_json', 'a number of the body is out of range');
  if (typeof value !== 'object' || value === null) return 0;
  if (depth === maxDepth) throw tooDeep();
  let keys = 0;
  if (Array.isArray(value)) {
    for (const item of value as readonly Json[]) keys += checkJson(item, depth + 1);
    return keys;
  }
  for (const [key, item] of Object.entries(value)) {
    if (key === '__proto__') throw new Problem('invalid_json', 'the body has a key named "__proto__"');
    refuseText(key);
    keys += 1 + checkJson(item, depth + 1);
  }
  return keys;
}

/** The keys as they are written, found without building anything; refuses what would take long to build. */
function countKeys(bytes: Uint8Array): number {
  let keys = 0;
  let depth = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === quote) at = endOfText(bytes, at);
    else if (byte === colon) keys += 1;
    else if (byte === bracket || byte === brace) depth += 1;
    else if (byte === closingBracket || byte === closingBrace) depth -= 1;
    if (keys > maxKeys) throw new Problem('invalid_json', `the body has more than ${maxKeys} keys`);
    if (depth > maxDepth) throw tooDeep();
  }
  return keys;
}

function endOfText(bytes: Uint8Array, start: number): number {
  let at = start + 1;
  while (at < bytes.length && bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1;
  return at;
}

function tooDeep(): Problem {
  return new Problem('invalid_json', `the body is nested deeper than ${maxDepth} levels`);
}

function refuseText(text: string): void {
  if (!text.isWellFormed())
    throw new Problem('invalid_json', 'a text of the body is not well-formed Unicode');
}
