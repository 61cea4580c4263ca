import { isObject, type Json } from '../../core/json.ts';
import type { Usage } from '../../core/message.ts';

/**
 * A usage as it is stored, often: its counts without their names, the cost and the calls without a price behind them where there are
 * any; one with more than that as it is.
 */
export function packUsage(usage: Usage): Json {
  const whole = usage as unknown as Json;
  if (!isObject(whole)) return whole;
  const { costUsd = null, unpricedCalls = null } = usage;
  const counts = places.map((name) => whole[name]);
  const extras = Number(costUsd !== null) + Number(unpricedCalls !== null);
  if (Object.keys(whole).length !== places.length + extras) return whole;
  if (!counts.every((count) => typeof count === 'number')) return whole;
  if (extras === 0) return counts;
  return unpricedCalls === null ? [...counts, costUsd] : [...counts, costUsd, unpricedCalls];
}

/** The usage that was packed. */
export function unpackUsage(packed: Json): Usage {
  if (!Array.isArray(packed)) return packed as unknown as Usage;
  const counts = packed as readonly (number | null)[];
  const [costUsd, unpricedCalls] = counts.slice(places.length);
  return {
    ...(Object.fromEntries(places.map((name, place) => [name, counts[place] ?? 0])) as Pick<
      Usage,
      (typeof places)[number]
    >),
    ...(typeof costUsd === 'number' ? { costUsd } : {}),
    ...(typeof unpricedCalls === 'number' ? { unpricedCalls } : {}),
  };
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
