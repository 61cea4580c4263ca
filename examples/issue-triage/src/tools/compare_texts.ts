import { defineTool } from 'flue-engine';

/** Words that carry no meaning for the comparison. */
const common = new Set(
  'a an and are as at be but by can do for from get has have how i if in is it its me my no not of on or so that the then there this to was when with you'.split(
    ' ',
  ),
);

/** A tool that is only a TypeScript file: its description and schemas stand here instead of in YAML. */
export default defineTool<{ first: string; second: string }>({
  description: 'How alike two texts are: the share of meaningful words that both have, from 0 to 1.',
  inputSchema: {
    type: 'object',
    required: ['first', 'second'],
    additionalProperties: false,
    properties: { first: { type: 'string' }, second: { type: 'string' } },
  },
  outputSchema: {
    type: 'object',
    required: ['score', 'shared'],
    properties: { score: { type: 'number' }, shared: { type: 'array', items: { type: 'string' } } },
  },
  annotations: { readOnlyHint: true, idempotentHint: true },
  run({ first, second }) {
    const a = words(first);
    const b = words(second);
    const shared = [...a].filter((word) => b.has(word)).sort();
    const smaller = Math.min(a.size, b.size);
    return { score: smaller === 0 ? 0 : Math.round((shared.length / smaller) * 100) / 100, shared };
  },
});

function words(text: string): Set<string> {
  const found = text.toLowerCase().match(/[a-z0-9]{2,}/g) ?? [];
  return new Set(found.filter((word) => !common.has(word)).map((word) => word.replace(/(ing|ed|es|s)$/, '')));
}
