import { expect } from 'chai';
import { Problem } from '../../engine/core/problem.ts';
import { compileSchema, parseExpression, parseTemplate, schemaFaults } from '../../engine/expr/index.ts';

describe('expressions and templates are bounded', () => {
  it('a pattern that ruins backtracking matchers takes milliseconds', () => {
    const text = `${'a'.repeat(5_000)}!`;
    const started = process.cpuUsage();
    expect(evaluate('text.matches("^(a+)+$")', { text })).to.equal(false);
    expect(compileSchema({ pattern: '^(a|aa)+$' }).check(text).faults).to.have.length(1);
    expect(process.cpuUsage(started).user / 1000).to.be.lessThan(1_000);
  });

  it('loops stop after a million rounds, whatever tries to swallow the failure', () => {
    const endless = 'range(10000).map(x, range(10000).all(y, y >= 0))';
    const message = '"range(10000).all(y, y >= 0)": more than 1000000 rounds';
    expect(failure(() => evaluate(endless, {}))).to.equal(message);
    expect(failure(() => evaluate(`default(${endless}, 1)`, {}))).to.equal(message);
    expect(failure(() => evaluate(`size(${endless}) == 0 || true`, {}))).to.equal(message);
  });

  it('doubling a list or a text over and over stops at the limit', () => {
    const grown = `list${'.map(l, l + l)'.repeat(25)}`;
    expect(failure(() => evaluate(grown, { list: [[1]] }))).to.match(/the list has more than 100000 items$/);
    expect(failure(() => evaluate(grown, { list: ['x'] }))).to.match(
      /the text is longer than 4194304 characters$/,
    );
  });

  it('a value that holds itself many times over is refused, as a result and in a comparison', () => {
    const doubled = `[1]${'.map(a, [a, a])'.repeat(100)}`;
    const started = process.cpuUsage();
    expect(failure(() => evaluate(doubled, {}))).to.match(/more than 1000000 parts$/);
    expect(failure(() => evaluate(`${doubled} == ${doubled}`, {}))).to.match(/works through too much data$/);
    expect(failure(() => evaluate(`default(toJson(${doubled}), "")`, {}))).to.match(
      /works through too much data$/,
    );
    expect(process.cpuUsage(started).user / 1000).to.be.lessThan(3_000);
  });

  it('large data may be looked through a few times, not in every round of a loop', () => {
    const list = Array.from({ length: 20_000 }, (_, id) => ({ id }));
    const data = { list, same: structuredClone(list), text: 'x'.repeat(1_000_000) };
    expect(evaluate('data.list == data.same && size(data.text) == 1000000', { data })).to.equal(true);
    expect(evaluate('range(100).all(x, !data.text.contains(string(x)))', { data })).to.equal(true);
    const before = process.cpuUsage();
    for (const body of ['data.list == data.same', 'size(data.text) > 1'])
      expect(
        failure(() => evaluate(`range(10000).all(x, ${body})`, { data })),
        body,
      ).to.match(/works through too much data$/);
    // Processor time, since others work on this machine too.
    expect(process.cpuUsage(before).user / 1000).to.be.lessThan(5_000);
  });

  it('an expression that is too long or too deep is refused', () => {
    expect(parseExpression('1 + '.repeat(2_000) + '1').faults[0]?.message).to.equal(
      'longer than 4096 characters',
    );
    expect(parseExpression('1+'.repeat(1_000) + '1').faults[0]?.message).to.equal('nested too deeply');
    expect(parseExpression('('.repeat(1_000)).faults[0]?.rule).to.equal('expr/not-allowed');
    expect(parseExpression('!'.repeat(4_000) + 'x').faults[0]?.rule).to.equal('expr/not-allowed');
  });

  it('data that is too deep or circular is a problem, not a crash', () => {
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    expect(failure(() => evaluate('data', { data: circular }))).to.equal(
      '"data": nested deeper than 200 levels',
    );
    expect(failure(() => evaluate('data == other', { data: deep(100_000), other: deep(100_000) }))).to.match(
      /too deeply/,
    );
    expect(failure(() => evaluate('parseJson(text)', { text: '['.repeat(300) + ']'.repeat(300) }))).to.match(
      /200 levels$/,
    );
  });

  it('a template stops at four million characters', () => {
    const { template } = parseTemplate('{{#each list}}{{../text}}{{/each}}');
    const scope = { list: Array.from({ length: 100 }, () => 0), text: 'x'.repeat(50_000) };
    expect(failure(() => template?.render(scope))).to.equal('the text is longer than 4194304 characters');
  });

  it('a template stops after a million rounds, even when they print nothing', () => {
    const { template } = parseTemplate(
      '{{#each list}}{{#each @root.list}}{{#each @root.list}}{{/each}}{{/each}}{{/each}}',
    );
    const scope = { list: Array.from({ length: 500 }, () => 0) };
    expect(failure(() => template?.render(scope))).to.equal('the template loops more than 1000000 times');
  });

  it('partials that multiply are refused', () => {
    const partials = Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [
        `p${index}`,
        index === 29 ? '{{x}}' : `{{> p${index + 1}}}`.repeat(2),
      ]),
    );
    expect(parseTemplate('{{> p0}}', { partials }).faults[0]?.message).to.match(/is too large$/);
  });

  it('a value nested too deeply is a fault of the value, also under a schema that refers to itself', () => {
    const check = compileSchema({
      $ref: '#/$defs/n',
      $defs: { n: { properties: { c: { $ref: '#/$defs/n' } } } },
    });
    expect(check.check(deep(100_000)).faults).to.deep.equal([
      { pointer: '', message: 'is nested deeper than 200 levels' },
    ]);
    expect(check.check(deep(150)).faults).to.deep.equal([]);
  });

  it('a schema nested too deeply is told so', () => {
    expect(schemaFaults(deep(5_000))).to.deep.equal([
      { pointer: '', message: 'is nested deeper than 200 levels' },
    ]);
  });
});

function deep(levels: number): unknown {
  let value: unknown = {};
  for (let level = 0; level < levels; level += 1) value = { c: value };
  return value;
}

function evaluate(source: string, scope: Record<string, unknown>): unknown {
  const { expression, faults } = parseExpression(source);
  expect(faults).to.deep.equal([]);
  return expression?.evaluate(scope);
}

function failure(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof Problem) return error.message;
    throw error;
  }
  return 'no failure';
}
