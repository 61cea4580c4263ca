import type { Usage } from '../core/message.ts';
import type { ModelPrice, ModelRates } from './model-facts.ts';
import type { ModelChoice } from './model.ts';

/** What one model call cost, in US dollars. Input counts include what a cache read and wrote. */
export function costOf(usage: Usage, price: ModelPrice): number {
  const { input, output, cacheRead = input, cacheWrite = input } = ratesOf(usage.inputTokens, price);
  const plain = Math.max(0, usage.inputTokens - usage.cacheReadTokens - usage.cacheWriteTokens);
  const total =
    plain * input +
    usage.cacheReadTokens * cacheRead +
    usage.cacheWriteTokens * cacheWrite +
    usage.outputTokens * output;
  return total / 1_000_000;
}

function ratesOf(inputTokens: number, price: ModelPrice): ModelRates {
  return price.above?.findLast((tier) => inputTokens > tier.inputTokens) ?? price;
}

/** The usage of one call with what it cost. Scripted models cost nothing unless the config gives them a price. */
export function pricedUsage(usage: Usage, { provider }: ModelChoice, price: ModelPrice | undefined): Usage {
  if (price !== undefined) return { ...usage, costUsd: costOf(usage, price) };
  return provider === 'script' ? usage : { ...usage, unpricedCalls: 1 };
}
