import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import type { Json } from '../../engine/core/json.ts';
import { isPlainSchema } from '../../engine/core/plain-schema.ts';

const plain: readonly Json[] = [
  true,
  {},
  {
    type: 'object',
    required: ['a'],
    properties: { a: { type: ['string', 'null'] } },
    additionalProperties: false,
  },
  { type: 'array', items: { enum: [1, 'a', null] }, minItems: 1, uniqueItems: true },
  { anyOf: [{ const: 1 }, { type: 'number', minimum: 2, exclusiveMaximum: 3 }], default: 1, examples: [1] },
  { type: 'string', pattern: '^a+$', minLength: 1, format: 'date', title: 'A', 'x-unit': 1 },
];
const values: readonly Json[] = [
  null,
  true,
  -1,
  1.5,
  3,
  '',
  'string',
  '(',
  [],
  [1],
  ['a', 'a'],
  {},
  { a: 1 },
];
const keywords: readonly string[] = [
  ...['type', 'title', 'format', 'pattern', 'properties', '$defs', 'items', 'additionalProperties'],
  ...['required', 'enum', 'const', 'default', 'examples', 'allOf', 'anyOf', 'oneOf', 'minimum'],
  ...['exclusiveMaximum', 'minLength', 'maxItems', 'minProperties', 'uniqueItems', '$ref', '$id', 'not'],
];

describe('isPlainSchema', () => {
  it('accepts schemas in common keywords', () => {
    for (const schema of plain) expect(isPlainSchema(schema), JSON.stringify(schema)).to.equal(true);
  });

  it('accepts nothing that the meta-schema refuses', () => {
    const meta = new Ajv2020({ strict: false, validateFormats: false }).getSchema(
      'https://json-schema.org/draft/2020-12/schema',
    );
    for (const keyword of keywords)
      for (const value of values)
        for (const schema of [{ [keyword]: value }, { items: { [keyword]: value } }])
          if (isPlainSchema(schema)) expect(meta?.(schema), JSON.stringify(schema)).to.equal(true);
  });

  it('leaves patterns that are none, and what it does not know, to the meta-schema', () => {
    for (const schema of [{ pattern: '(' }, { $ref: '#/$defs/a' }, { nothing: 1 }, 1, null])
      expect(isPlainSchema(schema)).to.equal(false);
  });
});
