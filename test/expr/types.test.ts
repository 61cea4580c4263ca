import { expect } from 'chai';
import type { Json, JsonSchema } from '../../engine/core/json.ts';
import {
  misfitsOfType,
  parseValue,
  typeFromSchema,
  typeOfValue,
  typeScope,
} from '../../engine/expr/index.ts';
import { nameOfType } from '../../engine/expr/type-name.ts';

const object = (properties: Record<string, JsonSchema>, more: Record<string, Json> = {}): JsonSchema => ({
  type: 'object',
  properties,
  ...more,
});
const node: JsonSchema = {
  $ref: '#/$defs/node',
  $defs: { node: { type: 'object', properties: { next: { $ref: '#/$defs/node' }, id: { type: 'number' } } } },
};

/** Schemas, and the types they give. */
const schemas: readonly (readonly [JsonSchema, string])[] = [
  [true, 'anything'],
  [{}, 'anything'],
  [{ type: 'integer' }, 'number'],
  [{ type: ['string', 'null'] }, 'string or null'],
  [{ enum: ['a', 'b', null, 1] }, '"a", "b", null or 1'],
  [{ type: 'string', enum: ['a', 1] }, '"a"'],
  [{ const: true }, 'true'],
  [{ type: 'array', items: { type: 'string' } }, 'list of string'],
  [{ type: 'array' }, 'list'],
  [{ anyOf: [{ type: 'string' }, { type: 'number' }] }, 'string or number'],
  [{ oneOf: [{ type: 'string' }, {}] }, 'anything'],
  [{ $ref: 'https://example.com/other' }, 'anything'],
  [{ $ref: '#/$defs/a', $defs: { a: { type: 'number' } } }, 'number'],
  [{ $ref: '#/$defs/a' }, 'anything'],
  [node, 'map with next, id'],
  [{ $ref: '#' }, 'anything'],
];

/** A type, another one, and why a value of the first may not fit the second. */
const fits: readonly (readonly [JsonSchema, JsonSchema, string?])[] = [
  [{}, { type: 'string' }],
  [{ type: 'string' }, {}],
  [{ type: 'string' }, { enum: ['a'] }],
  [{ enum: ['a'] }, { enum: ['a', 'b'] }],
  [{ enum: ['a', 'c'] }, { enum: ['a', 'b'] }, 'must be "a" or "b", got "c"'],
  [{ type: 'number' }, { type: 'string' }, 'must be string, got number'],
  [{ type: 'number' }, { type: ['string', 'number'] }],
  [{ type: ['number', 'null'] }, { type: 'number' }, 'must be number, got null'],
  [
    { type: 'array', items: { type: 'string' } },
    { type: 'array', items: { type: 'number' } },
    'an item of the list must be number, got string',
  ],
  [object({ a: { type: 'string' } }), object({ a: { type: 'string' } }, { required: ['a'] })],
  [
    object({ a: { type: 'string' } }),
    object({ b: { type: 'string' } }, { required: ['b'] }),
    'lacks "b" (string)',
  ],
  [{ type: 'object' }, object({ b: { type: 'string' } }, { required: ['b'] })],
  [object({ a: { type: 'string' } }), object({ b: { type: 'string', default: 'x' } }, { required: ['b'] })],
  [
    object({ a: { type: 'string' } }),
    object({ a: { type: 'number' } }),
    'its field "a" must be number, got string',
  ],
  [
    object({ a: {}, c: {} }, { required: ['c'] }),
    object({ a: {} }, { additionalProperties: false }),
    'has no field "c"; expected one of "a"',
  ],
  [object({ a: {}, c: {} }), object({ a: {} }, { additionalProperties: false })],
  [
    object({ k: { const: 'x' }, n: { type: 'number' } }),
    { oneOf: [object({ k: { const: 'y' } }), object({ k: { const: 'x' } })] },
  ],
];

describe('expr: types', () => {
  for (const [schema, name] of schemas) {
    it(`${JSON.stringify(schema)} gives ${name}`, () => {
      expect(nameOfType(typeFromSchema(schema))).to.equal(name);
    });
  }

  for (const [actual, expected, reason] of fits) {
    it(`${JSON.stringify(actual)} into ${JSON.stringify(expected)}: ${reason ?? 'fits'}`, () => {
      const misfits = misfitsOfType(typeFromSchema(actual), typeFromSchema(expected));
      expect(misfits.map(({ message }) => message)).to.deep.equal(reason === undefined ? [] : [reason]);
    });
  }

  it('a value that is written out has each fault at its own leaf', () => {
    const { value } = parseValue({
      order: { id: '${{ input.n }}', line: [1, '${{ input.s }}'] },
      stat: 'open',
      sate: 1,
    });
    const scope = typeScope({
      input: typeFromSchema(object({ n: { type: 'number' }, s: { type: 'string' } })),
    });
    const expected = object(
      {
        order: object(
          { id: { type: 'string' }, line: { type: 'array', items: { type: 'number' } }, by: {} },
          { required: ['by'] },
        ),
        state: { enum: ['open'] },
        count: { type: 'number' },
      },
      { required: ['state', 'count'], additionalProperties: false },
    );
    expect(
      typeOfValue(value, scope)
        .misfits(typeFromSchema(expected))
        .map(({ kind, pointer, message }) => `${kind} ${pointer} ${message}`),
    ).to.deep.equal([
      'mismatch /order/id must be string, got number',
      'mismatch /order/line/1 must be number, got string',
      'missing /order lacks "by"',
      'unknown /stat has no field "stat"; did you mean "state"?',
      'unknown /sate has no field "sate"; did you mean "state"?',
      'missing  lacks "count" (number)',
    ]);
  });

  it('a schema that unfolds without end is bounded', () => {
    const wide: Record<string, JsonSchema> = {};
    for (let level = 0; level < 12; level += 1)
      wide[`l${level}`] = object(
        Object.fromEntries(
          Array.from({ length: 12 }, (_, index) => [`f${index}`, { $ref: `#/$defs/l${level + 1}` }]),
        ),
      );
    const start = process.cpuUsage();
    typeFromSchema({ $ref: '#/$defs/l0', $defs: wide });
    expect(process.cpuUsage(start).user / 1000).to.be.below(500);
  });
});
