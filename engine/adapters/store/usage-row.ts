import { isObject, type Json } from '../../core/json.ts';
import type { Usage } from '../../core/message.ts';

/** A usage as it is stored, often: its counts without their names; one with more than counts as it is. */
export function packUsage(usage: Usage): Json {
  const whole = usage as unknown as Json;
  if (!isObject(whole) || Object.keys(whole).length !== places.length) return whole;
  const counts = places.map((name) => whole[name]);
  return counts.every((count) => typeof count === 'number') ? counts : whole;
}

/** The usage that was packed. */
export function unpackUsage(packed: Json): Usage {
  const counts = packed as readonly number[];
  const usage = Array.isArray(packed)
    ? Object.fromEntries(places.map((name, place) => [name, counts[place] ?? 0]))
    : packed;
  return usage as unknown as Usage;
}

/** Never change the order. */
const places = [
  'inputTokens',
  'outputTokens',
  'totalTokens',
  'cacheReadTokens',
  'cacheWriteTokens',
  'reasoningTokens',
] as const;
