import { expect } from 'chai';
import fc from 'fast-check';
import {
  changesFor,
  evaluateCondition,
  explainExpression,
  parseExpression,
} from '../../engine/expr/index.ts';
import type { Explained, Scope } from '../../engine/expr/index.ts';

const name = fc.constantFrom('a', 'b', 'c');
const comparison = fc.oneof(
  fc
    .tuple(name, fc.constantFrom('<', '<=', '>', '>=', '==', '!='), fc.integer({ min: -5, max: 5 }))
    .map(([left, op, right]) => `x.${left} ${op} ${right}`),
  fc
    .tuple(name, fc.constantFrom('<', '>='), name)
    .filter(([left, , right]) => left !== right)
    .map(([left, op, right]) => `x.${left} ${op} x.${right}`),
  name.map((one) => `x.${one} in [1, 2]`),
  fc.constant('x.flag'),
);
const { condition } = fc.letrec<{ condition: string }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small' },
    comparison,
    fc.tuple(tie('condition'), tie('condition')).map(([a, b]) => `(${a} && ${b})`),
    fc.tuple(tie('condition'), tie('condition')).map(([a, b]) => `(${a} || ${b})`),
    tie('condition').map((a) => `!(${a})`),
  ),
}));
const number = fc.integer({ min: -6, max: 6 });
const scope = fc.record({ a: number, b: number, c: number, flag: fc.boolean() });

function expressionOf(source: string) {
  const { expression } = parseExpression(source);
  if (expression === undefined) throw new Error(source);
  return expression;
}

describe('expr: what would have made a condition otherwise', () => {
  it('every change that is named flips the condition, and one comparison always has one', () => {
    fc.assert(
      fc.property(condition, scope, (source, x) => {
        const expression = expressionOf(source);
        const truth = evaluateCondition(expression, { x });
        for (const changes of changesFor([{ expression, truth: !truth }], { x })) {
          const changed = { ...x } as Record<string, unknown>;
          for (const { path, was, to } of changes) {
            expect(was).to.deep.equal((x as Record<string, unknown>)[path[1] ?? '']);
            changed[path[1] ?? ''] = to;
          }
          expect(evaluateCondition(expression, { x: changed })).to.equal(!truth);
        }
      }),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(comparison, scope, (source, x) => {
        const expression = expressionOf(source);
        const truth = evaluateCondition(expression, { x });
        expect(changesFor([{ expression, truth: !truth }], { x })).not.to.have.length(0);
      }),
      { numRuns: 300 },
    );
  });

  it('the value of each part is that of the part alone', () => {
    fc.assert(
      fc.property(condition, scope, (source, x) => {
        const look = (part: Explained, around: Scope): void => {
          if (part.ignored !== true)
            expect(part.value).to.deep.equal(expressionOf(part.source).evaluate(around));
          for (const inner of part.parts) look(inner, around);
        };
        look(explainExpression(expressionOf(source), { x }), { x });
      }),
      { numRuns: 300 },
    );
  });

  it('a part that fails says why, and does not hide the others', () => {
    const tree = explainExpression(expressionOf('x.gone > 1 || x.a == 1'), { x: { a: 1 } });
    expect(tree.value).to.equal(true);
    expect(tree.parts.map(({ source, value, error }) => [source, value, error])).to.deep.equal([
      ['x.gone > 1', undefined, '"x.gone": no such key "gone"'],
      ['x.a == 1', true, undefined],
    ]);
  });
});
