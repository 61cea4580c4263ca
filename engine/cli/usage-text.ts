import type { Usage } from '../core/message.ts';

/**
 * Tokens and cost for people: `34 tokens, $0.0012`, `34 tokens, price unknown`, `34 tokens, $0.0012 and 2 calls of unknown price`;
 * undefined when no model was called.
 */
export function usageText({ totalTokens, costUsd, unpricedCalls = 0 }: Usage): string | undefined {
  if (totalTokens === 0 && costUsd === undefined && unpricedCalls === 0) return undefined;
  const calls = unpricedCalls === 1 ? 'a call' : `${unpricedCalls} calls`;
  const unpriced = unpricedCalls === 0 ? '' : `${calls} of unknown price`;
  const cost =
    costUsd === undefined
      ? unpriced && 'price unknown'
      : [usdText(costUsd), unpriced].filter((part) => part !== '').join(' and ');
  return [`${totalTokens} tokens`, cost].filter((part) => part !== '').join(', ');
}

/** US dollars for people: `$0.0012`, `$0`, `<$0.0001`. */
export function usdText(usd: number): string {
  if (usd === 0) return '$0';
  return usd < 0.0001 ? '<$0.0001' : `$${usd.toFixed(4)}`;
}
