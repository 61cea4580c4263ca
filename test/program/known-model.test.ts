import { expect } from 'chai';
import { catalogued, knownModel } from '../../engine/program/known-model.ts';
import { costOf, pricedUsage } from '../../engine/program/model-cost.ts';
import { noUsage } from '../../engine/core/message.ts';
import type { ModelFacts } from '../../engine/program/model-facts.ts';
import type { ModelChoice, Provider } from '../../engine/program/model.ts';
import { nearestThinking } from '../../engine/program/thinking-levels.ts';

const choice = (provider: string, id: string, alias?: string): ModelChoice => ({
  provider,
  id,
  settings: {},
  ...(alias === undefined ? {} : { alias }),
});

const provider = (name: string, fields: Partial<Provider> = {}): Provider => ({
  name,
  type: 'openai-compatible',
  baseUrl: undefined,
  headers: {},
  apiKey: undefined,
  options: {},
  ...fields,
});

const sources = (
  providers: readonly Provider[] = [],
  modelFacts: Readonly<Record<string, ModelFacts>> = {},
): Parameters<typeof knownModel>[1] => ({
  providers: Object.fromEntries(providers.map((one) => [one.name, one])),
  settings: { modelFacts },
});

describe('program: what is known of a model', () => {
  it('comes from the catalogue, with the day its price is of', () => {
    const known = knownModel(choice('anthropic', 'claude-haiku-4-5'), sources());
    expect(known.contextWindow).to.equal(200_000);
    expect(known.price).to.include({ input: 1, output: 5, cacheRead: 0.1, cacheWrite: 1.25 });
    expect(known.capabilities).to.include({ images: true, tools: true });
    expect(known.priceFrom).to.match(/^\d{4}-\d\d-\d\d$/);
  });

  it('is nothing for a model that nobody knows', () => {
    expect(knownModel(choice('openai', 'gpt-99'), sources())).to.deep.equal({
      capabilities: {},
      configuredMaxOutput: undefined,
      priceFrom: undefined,
    });
  });

  it('holds for a dated version of a model, unless that is listed itself', () => {
    const dated = knownModel(choice('openai', 'gpt-5-mini-2025-08-07'), sources());
    expect(dated.price).to.deep.equal(knownModel(choice('openai', 'gpt-5-mini'), sources()).price);
    const old = knownModel(choice('openai', 'gpt-4o-2024-05-13'), sources());
    expect(old.price?.input).to.equal(5);
  });

  it('has no price of the catalogue at another address than the provider’s own', () => {
    const gateway = provider('openai', { type: 'openai', baseUrl: 'https://gateway.example.com/v1' });
    const known = knownModel(choice('openai', 'gpt-5-mini'), sources([gateway]));
    expect(known.contextWindow).to.equal(400_000);
    expect([known.price, known.priceFrom]).to.deep.equal([undefined, undefined]);
    const own = provider('groq', { baseUrl: 'https://api.groq.com/openai/v1' });
    expect(knownModel(choice('groq', 'llama-3.1-8b-instant'), sources([own])).price?.input).to.equal(0.05);
  });

  it('is that of the type of a provider with another name', () => {
    const known = knownModel(
      choice('work', 'claude-haiku-4-5'),
      sources([provider('work', { type: 'anthropic' })]),
    );
    expect(known.price?.input).to.equal(1);
  });

  it('is what the config says, of an alias before a model before a provider, each ability for itself', () => {
    const local = provider('local', {
      facts: {
        contextWindow: 1000,
        price: { input: 0, output: 0 },
        capabilities: { images: false, tools: true },
      },
      models: { small: { contextWindow: 2000, capabilities: { tools: false } } },
    });
    const known = knownModel(
      choice('local', 'small', 'fast'),
      sources([local], { fast: { price: { input: 1, output: 2 }, capabilities: { thinking: true } } }),
    );
    expect(known).to.deep.equal({
      contextWindow: 2000,
      price: { input: 1, output: 2 },
      capabilities: { images: false, tools: false, thinking: true },
      configuredMaxOutput: undefined,
      priceFrom: 'config',
    });
  });

  it('is whole: every model of the catalogue has a window, and no price is negative', () => {
    for (const [name, { asOf, baseUrl, models }] of Object.entries(catalogued())) {
      expect(asOf, name).to.match(/^20\d\d-\d\d-\d\d$/);
      expect(baseUrl, name).to.match(/^https:/);
      for (const [id, { contextWindow, maxOutputTokens = 0, price }] of Object.entries(models)) {
        expect(contextWindow, id).to.be.greaterThan(1000);
        expect(maxOutputTokens, id).to.be.within(1, contextWindow ?? 0);
        for (const rates of price === undefined ? [] : [price, ...(price.above ?? [])])
          expect(Math.min(rates.input, rates.output, rates.cacheRead ?? 0), id).to.be.at.least(0);
      }
    }
  });
});

describe('program: what a call costs', () => {
  const usage = { ...noUsage, inputTokens: 1_000_000, outputTokens: 100_000, totalTokens: 1_100_000 };

  it('counts what a cache read and wrote at rates of its own', () => {
    const price = { input: 1, output: 5, cacheRead: 0.1, cacheWrite: 1.25 };
    expect(costOf(usage, price)).to.be.closeTo(1.5, 1e-9);
    const cached = { ...usage, cacheReadTokens: 500_000, cacheWriteTokens: 100_000 };
    expect(costOf(cached, price)).to.be.closeTo(0.4 + 0.05 + 0.125 + 0.5, 1e-9);
    expect(costOf(cached, { input: 1, output: 5 })).to.be.closeTo(1.5, 1e-9);
  });

  it('is that of the whole call at the rates for so much input', () => {
    const price = { input: 1, output: 5, above: [{ inputTokens: 200_000, input: 2, output: 10 }] };
    expect(costOf(usage, price)).to.be.closeTo(3, 1e-9);
    expect(costOf({ ...usage, inputTokens: 200_000 }, price)).to.be.closeTo(0.7, 1e-9);
  });

  it('is said to be unknown where the price is, and is nothing for a scripted model', () => {
    expect(pricedUsage(usage, choice('openai', 'gpt-99'), undefined)).to.deep.equal({
      ...usage,
      unpricedCalls: 1,
    });
    expect(pricedUsage(usage, choice('script', 'x'), undefined)).to.deep.equal(usage);
    expect(pricedUsage(usage, choice('local', 'x'), { input: 0, output: 0 }).costUsd).to.equal(0);
  });
});

describe('program: thinking levels', () => {
  it('a level that a model does not have becomes the next stronger one, else the next weaker one', () => {
    expect(nearestThinking('minimal', ['off', 'low', 'high'])).to.equal('low');
    expect(nearestThinking('xhigh', ['low', 'high'])).to.equal('high');
    expect(nearestThinking('off', ['low', 'high'])).to.equal('low');
    expect(nearestThinking('high', undefined)).to.equal('high');
    expect(nearestThinking('high', false)).to.equal(undefined);
  });
});
