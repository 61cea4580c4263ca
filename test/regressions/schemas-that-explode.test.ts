import { expect } from 'chai';
import { compileSchema, schemaFaults } from '../../engine/expr/index.ts';
import { closeEngines, engineOf, failureOf } from '../engine/kit.ts';

/** Every level asks for the next one twice. */
const doubling = {
  $ref: '#/$defs/d0',
  $defs: Object.fromEntries(
    Array.from({ length: 40 }, (_, level) => [
      `d${level}`,
      level === 39
        ? { type: 'string' }
        : { allOf: [{ $ref: `#/$defs/d${level + 1}` }, { $ref: `#/$defs/d${level + 1}` }] },
    ]),
  ),
};

const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);

describe('regressions: schemas that explode', () => {
  afterEach(closeEngines);

  it('are given up after many references', () => {
    const tooLarge = [{ pointer: '', message: 'is too large to be checked' }];
    expect(compileSchema(doubling).check('x').faults).to.deep.equal(tooLarge);
    const both = { items: { allOf: [{ $ref: '#' }, { $ref: '#' }] } };
    expect(compileSchema(both).check(nested(100)).faults).to.deep.equal(tooLarge);
    expect(compileSchema(both).check(nested(5)).faults).to.deep.equal([]);
  });

  it('that refer to themselves as a whole describe trees', () => {
    const tree = {
      type: 'object',
      additionalProperties: false,
      required: ['value'],
      properties: { value: { type: 'number' }, left: { $ref: '#' }, right: { $ref: '#' } },
    };
    expect(schemaFaults(tree)).to.deep.equal([]);
    const { faults } = compileSchema(tree).check({ value: 1, left: { value: 2, right: { value: 'x' } } });
    expect(faults).to.deep.equal([
      { pointer: '/left/right/value', message: 'must be number, got string "x"' },
    ]);
  });

  it('that refer to themselves without end are no schemas', () => {
    const loop = { $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/a' } } };
    expect(schemaFaults(loop)).to.deep.equal([{ pointer: '', message: 'refers to itself without end' }]);
  });

  it('with unique items take a time that grows with the list, not with its square', () => {
    const check = compileSchema({ type: 'array', uniqueItems: true });
    expect(check.check(Array.from({ length: 100_000 }, (_, id) => ({ id }))).faults).to.deep.equal([]);
    expect(check.check([{ a: 1, b: 2 }, 1, { b: 2, a: 1 }]).faults).to.deep.equal([
      { pointer: '', message: 'items 0 and 2 are the same' },
    ]);
  });

  it('are refused when a caller asks for them', async () => {
    const { engine } = await engineOf({ 'src/agents/a.yaml': { description: 'A.', model: 'openai/x' } });
    const session = engine.agents.session('a', '1');
    const large = { oneOf: Array.from({ length: 10_000 }, (_, id) => ({ const: id })) };
    for (const result of [large, { $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/a' } } }])
      expect((await failureOf(session.prompt('Hi', { result }))).type).to.equal('invalid_request');
  });
});
