import { expect } from 'chai';
import { resultWay } from '../../../engine/adapters/model/result-way.ts';
import type { JsonSchema } from '../../../engine/core/json.ts';
import type { ResultWay } from '../../../engine/ports/model.ts';
import type { Provider } from '../../../engine/program/model.ts';
import { providerOf } from './kit.ts';

const text = { type: 'string' };
const closed = { type: 'object', properties: { a: text }, required: ['a'], additionalProperties: false };
const open = { type: 'object', properties: { a: text }, required: ['a'] };
const optional = { type: 'object', properties: { a: text }, additionalProperties: false };
const tree = {
  type: 'object',
  properties: { child: { $ref: '#/$defs/node' } },
  required: ['child'],
  additionalProperties: false,
  $defs: { node: { type: 'object', properties: { next: { $ref: '#/$defs/node' } } } },
};

function way(
  type: Provider['type'],
  modelId: string,
  outputSchema: JsonSchema = closed,
  more: Partial<Parameters<typeof resultWay>[0]> = {},
): ResultWay {
  return resultWay({ provider: providerOf({ type }), modelId, outputSchema, hasTools: false, ...more });
}

describe('the way to a typed result', () => {
  it('is native where the provider takes the schema', () => {
    const native = { strategy: 'native' };
    expect(way('openai', 'gpt-5')).to.deep.equal(native);
    expect(way('openai', 'gpt-4.1', closed, { hasTools: true })).to.deep.equal(native);
    expect(way('anthropic', 'claude-sonnet-4-5')).to.deep.equal(native);
    expect(way('anthropic', 'claude-opus-4-6', optional)).to.deep.equal(native);
    expect(way('google', 'gemini-2.5-pro', open)).to.deep.equal(native);
    expect(way('google', 'gemini-3-pro', open, { hasTools: true })).to.deep.equal(native);
    expect(way('script', 'any', true)).to.deep.equal(native);
  });

  it('is a tool where the schema is wider than strict mode takes, and says so', () => {
    for (const [type, id, schema] of [
      ['openai', 'gpt-5', open],
      ['openai', 'gpt-5', optional],
      ['openai', 'gpt-5', { type: 'array', items: text }],
      ['anthropic', 'claude-sonnet-4-5', open],
    ] as const) {
      const { strategy, reason } = way(type, id, schema);
      expect(strategy).to.equal('tools');
      expect(reason).to.match(/^the schema is wider than /);
    }
  });

  it('is a tool where the model takes no schema, or not beside tools', () => {
    for (const [type, id] of [
      ['openai', 'gpt-4-turbo'],
      ['anthropic', 'claude-3-5-sonnet-latest'],
      ['anthropic', 'claude-sonnet-4-20250514'],
      ['openai-compatible', 'llama3.2'],
    ] as const) {
      expect(way(type, id)).to.deep.equal({
        strategy: 'tools',
        reason: `model "${id}" is not known to take schemas`,
      });
    }
    expect(way('google', 'gemini-2.5-flash', closed, { hasTools: true })).to.deep.equal({
      strategy: 'tools',
      reason: 'model "gemini-2.5-flash" takes a schema or tools, not both',
    });
  });

  it('follows what the config says of the model', () => {
    expect(way('openai-compatible', 'llama3.2', closed, { structuredOutput: true })).to.deep.equal({
      strategy: 'native',
    });
    expect(way('openai', 'gpt-5', closed, { structuredOutput: false }).strategy).to.equal('tools');
    const words = way('openai-compatible', 'tiny', closed, { toolCalls: false });
    expect(words).to.deep.equal({
      strategy: 'text',
      reason: 'model "tiny" is not known to take schemas, and model "tiny" takes no tools',
    });
  });

  it('is in words where no tool can take the schema either', () => {
    expect(way('google', 'gemini-2.5-pro', tree).strategy).to.equal('text');
    expect(way('openai', 'gpt-5', tree).strategy).to.equal('tools');
    const list = { type: 'array', items: { $ref: '#' } };
    expect(way('openai', 'gpt-5', list).strategy).to.equal('text');
  });
});
