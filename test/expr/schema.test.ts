import { expect } from 'chai';
import type { JsonSchema } from '../../engine/core/json.ts';
import { Problem } from '../../engine/core/problem.ts';
import { compileSchema, describeFaults, schemaFaults } from '../../engine/expr/index.ts';

describe('schema checks', () => {
  it('defaults are filled into a copy at every depth; the given value is untouched', () => {
    const check = compileSchema({
      type: 'object',
      properties: {
        n: { default: 5 },
        o: { type: 'object', default: {}, properties: { a: { default: [1] } } },
      },
    });
    const given = Object.freeze({ o: Object.freeze({}) });
    expect(check.check(given)).to.deep.equal({ value: { n: 5, o: { a: [1] } }, faults: [] });
    expect(given).to.deep.equal({ o: {} });
    const [first, second] = [check.check({}).value, check.check({}).value] as { o: { a: number[] } }[];
    first?.o.a.push(2);
    expect(second?.o.a).to.deep.equal([1]);
  });

  it('equal schemas share one check, and two schemas may have the same $id', () => {
    const schema = (type: string): JsonSchema => ({ $id: 'https://example.com/same', type });
    expect(compileSchema(schema('string'))).to.equal(compileSchema(schema('string')));
    expect(compileSchema(schema('string')).check('x').faults).to.deep.equal([]);
    expect(compileSchema(schema('number')).check(1).faults).to.deep.equal([]);
  });

  it('what is no JSON is a fault', () => {
    expect(compileSchema(true).check({ a: [1n] }).faults).to.deep.equal([
      { pointer: '', message: 'must be JSON, got a bigint' },
    ]);
    expect(compileSchema({ type: 'null' }).check(undefined)).to.deep.equal({ value: null, faults: [] });
  });

  it('inherited names do not count as fields', () => {
    const check = compileSchema({
      type: 'object',
      required: ['toString'],
      properties: { valueOf: { type: 'string' } },
    });
    expect(describeFaults(check.check({}).faults)).to.equal('missing "toString"');
  });

  it('pointers escape the keys of the value', () => {
    const check = compileSchema({ additionalProperties: { type: 'string' } });
    expect(check.check({ 'a/b~c': 1 }).faults).to.deep.equal([
      { pointer: '/a~1b~0c', message: 'must be string, got number 1' },
    ]);
  });

  it('at most twenty faults are told, five on one line', () => {
    const { faults } = compileSchema({ items: { type: 'string' } }).check(
      Array.from({ length: 100 }, (_, n) => n),
    );
    expect(faults).to.have.length(20);
    expect(describeFaults(faults)).to.match(/^\/0 must be string, got number 0; .*; and 15 more$/);
  });

  it('a schema that is not valid is a problem when used, and its faults say why', () => {
    const schema: JsonSchema = { $ref: '#/$defs/none' };
    expect(() => compileSchema(schema).check(1)).to.throw(Problem, 'the JSON Schema is not valid');
    expect(schemaFaults(schema)).to.deep.equal([
      { pointer: '/$ref', message: '"#/$defs/none" leads nowhere' },
    ]);
  });
});
