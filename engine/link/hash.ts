import { createHash } from 'node:crypto';
import { stableText } from '../core/json.ts';
import type { Source } from '../source/index.ts';

/** Content hash of a spec: 16 hex digits over its value and body; comments and layout do not count. */
export function hashOf(source: Source): string {
  let hash = hashes.get(source);
  if (hash === undefined)
    hashes.set(source, (hash = digest({ value: source.value, body: source.body ?? null })));
  return hash;
}

/** A spec is part of the hash of all that uses it. */
const hashes = new WeakMap<Source, string>();

/** 16 hex digits over any JSON. */
export function digest(value: unknown): string {
  return createHash('sha256').update(stableText(value)).digest('hex').slice(0, 16);
}
