import type { ModelFacts, ModelPrice } from '../program/model-facts.ts';
import type { Node } from '../source/index.ts';

/** What the config says of a model: the keys `contextWindow`, `maxOutputTokens`, `price` and `capabilities` of a mapping. */
export function modelFactsOf(node: Node): ModelFacts {
  const contextWindow = node.get('contextWindow').number();
  const maxOutputTokens = node.get('maxOutputTokens').number();
  const price = priceOf(node.get('price'));
  const capabilities = node.get('capabilities').object();
  return {
    ...(contextWindow === undefined ? {} : { contextWindow }),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(price === undefined ? {} : { price }),
    ...(capabilities === undefined ? {} : { capabilities: capabilities }),
  };
}

function priceOf(node: Node): ModelPrice | undefined {
  if (node.text() === 'free') return { input: 0, output: 0 };
  const [input, output] = [node.get('input').number(), node.get('output').number()];
  if (input === undefined || output === undefined) return undefined;
  const cacheRead = node.get('cacheRead').number();
  const cacheWrite = node.get('cacheWrite').number();
  return {
    input,
    output,
    ...(cacheRead === undefined ? {} : { cacheRead }),
    ...(cacheWrite === undefined ? {} : { cacheWrite }),
  };
}
