import { expect } from 'chai';
import { thinkingOptions } from '../../../engine/adapters/model/thinking.ts';
import { isStrictSchema } from '../../../engine/adapters/model/strict-schema.ts';
import type { Provider, Thinking } from '../../../engine/program/model.ts';

describe('thinking', () => {
  const cases: readonly [Provider['type'], string, Thinking, object][] = [
    ['openai', 'gpt-5.1', 'off', { reasoningEffort: 'none' }],
    ['openai', 'gpt-5-mini', 'off', { reasoningEffort: 'minimal' }],
    ['openai', 'o4-mini', 'off', { reasoningEffort: 'low' }],
    ['openai', 'gpt-5.1', 'xhigh', { reasoningEffort: 'xhigh' }],
    ['openai-compatible', 'qwen3', 'medium', { reasoningEffort: 'medium' }],
    ['anthropic', 'claude-sonnet-4-5', 'off', { thinking: { type: 'disabled' } }],
    ['anthropic', 'claude-sonnet-4-20250514', 'low', { thinking: { type: 'enabled', budgetTokens: 4096 } }],
    [
      'anthropic',
      'claude-haiku-4-5-20251001',
      'high',
      { thinking: { type: 'enabled', budgetTokens: 24_576 } },
    ],
    ['anthropic', 'claude-opus-4-6', 'xhigh', { thinking: { type: 'adaptive' }, effort: 'max' }],
    ['anthropic', 'claude-opus-5-5', 'minimal', { thinking: { type: 'adaptive' }, effort: 'low' }],
    ['google', 'gemini-2.5-flash', 'off', { thinkingConfig: { thinkingBudget: 0, includeThoughts: false } }],
    ['google', 'gemini-2.5-pro', 'off', { thinkingConfig: { thinkingBudget: 128, includeThoughts: false } }],
    [
      'google',
      'gemini-3-pro-preview',
      'minimal',
      { thinkingConfig: { thinkingLevel: 'low', includeThoughts: true } },
    ],
    [
      'google',
      'gemini-3-flash',
      'xhigh',
      { thinkingConfig: { thinkingLevel: 'high', includeThoughts: true } },
    ],
  ];
  for (const [type, model, thinking, expected] of cases) {
    it(`"${thinking}" is said to ${model} (${type}) in its own words`, () => {
      expect(thinkingOptions(type, model, thinking)).to.deep.equal(expected);
    });
  }
});

describe('a strict schema', () => {
  const city = { city: { type: 'string' } };
  const closed = { type: 'object', properties: city, required: ['city'], additionalProperties: false };

  it('closes every object and requires every property', () => {
    expect(isStrictSchema(closed)).to.equal(true);
    expect(isStrictSchema({ ...closed, properties: { city: { type: 'array', items: closed } } })).to.equal(
      true,
    );
    expect(isStrictSchema({ ...closed, required: [] })).to.equal(false);
    expect(
      isStrictSchema({ ...closed, properties: { city: { ...closed, additionalProperties: true } } }),
    ).to.equal(false);
  });

  it('uses only what strict mode knows, and is an object', () => {
    expect(isStrictSchema({ ...closed, properties: { city: { type: 'string', minLength: 2 } } })).to.equal(
      false,
    );
    expect(isStrictSchema({ type: 'string' })).to.equal(false);
    expect(isStrictSchema(true)).to.equal(false);
  });
});
