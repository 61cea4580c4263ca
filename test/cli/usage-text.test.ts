import { expect } from 'chai';
import { usageText } from '../../engine/cli/usage-text.ts';
import { noUsage } from '../../engine/core/message.ts';

describe('cli: tokens and cost', () => {
  for (const [usage, text] of [
    [{}, undefined],
    [{ totalTokens: 34 }, '34 tokens'],
    [{ totalTokens: 34, costUsd: 0.00123 }, '34 tokens, $0.0012'],
    [{ totalTokens: 34, costUsd: 0.000_001 }, '34 tokens, <$0.0001'],
    [{ totalTokens: 34, costUsd: 0 }, '34 tokens, $0'],
    [{ totalTokens: 34, unpricedCalls: 2 }, '34 tokens, price unknown'],
    [{ totalTokens: 34, costUsd: 1.5, unpricedCalls: 1 }, '34 tokens, $1.5000 and a call of unknown price'],
    [{ totalTokens: 34, costUsd: 1.5, unpricedCalls: 2 }, '34 tokens, $1.5000 and 2 calls of unknown price'],
  ] as const)
    it(`${JSON.stringify(usage)} is said as ${text ?? 'nothing'}`, () => {
      expect(usageText({ ...noUsage, ...usage })).to.equal(text);
    });
});
