import { expect } from 'chai';
import { Problem } from '../../engine/core/problem.ts';
import {
  constantValue,
  evaluateCondition,
  literalTemplate,
  parseExpression,
  parseTemplate,
  parseValue,
  templateReads,
  valueReads,
} from '../../engine/expr/index.ts';

describe('values with expressions', () => {
  const scope = { input: { n: 1, o: { a: [1] } } };

  it('a leaf that is wholly an expression keeps its type; everything else stays', () => {
    const source = {
      a: '${{ input.n + 1 }}',
      b: [' ${{ input.o }} ', 'text'],
      c: 'plain }}',
      d: { e: '${{ {"x": {"y": 1}} }}' },
    };
    const { value, faults } = parseValue(source);
    expect(faults).to.deep.equal([]);
    expect(value.constant).to.equal(false);
    expect(value.evaluate(scope)).to.deep.equal({
      a: 2,
      b: [{ a: [1] }, 'text'],
      c: 'plain }}',
      d: { e: { x: { y: 1 } } },
    });
    expect(value.source).to.equal(source);
  });

  it('a value without expressions is constant', () => {
    const { value } = parseValue({ a: ['x', 1, null] });
    expect(value.constant).to.equal(true);
    expect(value.evaluate({})).to.equal(value.source);
    expect(constantValue('${{ x }}').evaluate({})).to.equal('${{ x }}');
  });

  it('a string that only holds an expression is a fault at its place', () => {
    const { value, faults } = parseValue(
      { list: ['Hi ${{ input.n }}'], two: '${{ a }} ${{ b }}', ok: '${{ "${{" }}' },
      '/with',
    );
    expect(faults.map(({ rule, pointer, start, end }) => ({ rule, pointer, start, end }))).to.deep.equal([
      { rule: 'expr/partial-scalar', pointer: '/with/list/0', start: 3, end: 6 },
      { rule: 'expr/partial-scalar', pointer: '/with/two', start: 9, end: 12 },
    ]);
    expect(value.evaluate(scope)).to.deep.equal({
      list: ['Hi ${{ input.n }}'],
      two: '${{ a }} ${{ b }}',
      ok: '${{',
    });
  });

  it('faults and reads count from the start of their string', () => {
    const text = '${{ steps.a.output + sise(x) }}';
    const [fault] = parseValue({ k: text }).faults;
    expect(text.slice(fault?.start, fault?.end)).to.equal('sise');
    expect(fault?.suggestions).to.deep.equal(['size']);
    const good = '  ${{ steps.a.output + x }}';
    const reads = valueReads(parseValue([good]).value);
    expect(
      reads.map(({ pointer, path, start, end }) => ({ pointer, path, text: good.slice(start, end) })),
    ).to.deep.equal([
      { pointer: '/0', path: ['steps', 'a', 'output'], text: 'steps.a.output' },
      { pointer: '/0', path: ['x'], text: 'x' },
    ]);
  });

  it('undefined never comes out', () => {
    const { expression } = parseExpression('data');
    expect(expression?.evaluate({ data: { a: undefined, b: [undefined, 1] } })).to.deep.equal({
      b: [null, 1],
    });
    expect(() => expression?.evaluate({ data: undefined })).to.throw(Problem, 'no such name "data"');
    expect(() => expression?.evaluate({ data: new Date() })).to.throw(
      Problem,
      'only plain data can be a result',
    );
  });

  it('a condition must be true or false', () => {
    const condition = (source: string): boolean => {
      const { expression } = parseExpression(source);
      return expression !== undefined && evaluateCondition(expression, scope);
    };
    expect(condition('input.n == 1')).to.equal(true);
    expect(condition('has(input.x)')).to.equal(false);
    expect(() => condition('input.n')).to.throw(Problem, '"input.n": must be true or false, got number');
  });

  it('an expression knows the top-level names it reads', () => {
    expect(parseExpression('steps.a.output + input.x + steps.b.output').expression?.reads).to.deep.equal([
      'steps',
      'input',
    ]);
  });

  it('a literal template renders as it is', () => {
    expect(literalTemplate('{{x}}').render({})).to.equal('{{x}}');
    expect(templateReads(literalTemplate('{{x}}'))).to.deep.equal([]);
    expect(parseTemplate('plain').template?.render({})).to.equal('plain');
  });
});
