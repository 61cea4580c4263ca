import type { ModelCapabilities } from './model-facts.ts';
import type { Thinking } from './model.ts';

/** The levels, weakest first. */
export const thinkingLevels: readonly Thinking[] = ['off', 'minimal', 'low', 'medium', 'high', 'xhigh'];

/**
 * The level of a model that comes nearest to an asked one: the next stronger one, else the next weaker one. Undefined: the model
 * cannot think. A model of which nothing is known has every level.
 */
export function nearestThinking(asked: Thinking, known: ModelCapabilities['thinking']): Thinking | undefined {
  if (known === false) return undefined;
  if (known === undefined || known === true || known.includes(asked)) return asked;
  const place = thinkingLevels.indexOf(asked);
  return (
    thinkingLevels.slice(place).find((level) => known.includes(level)) ??
    thinkingLevels.slice(0, place).findLast((level) => known.includes(level))
  );
}
