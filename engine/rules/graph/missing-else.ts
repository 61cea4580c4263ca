import { alwaysGives, parseExpression } from '../../expr/index.ts';
import type { ExpressionFact } from '../../program/facts.ts';
import { factsByPlace } from '../facts-at.ts';
import type { Rule } from '../rule.ts';
import { stepsOf } from '../spec-steps.ts';
import { spotOf } from '../spot.ts';

/** A branch without `else` does nothing when no case holds, unless types prove that one always does. */
export const missingElse: Rule = {
  id: 'graph/missing-else',
  level: 'warning',
  preset: 'strict',
  check({ facts, sources }, report) {
    const places = factsByPlace(facts);
    for (const source of sources.filter(({ kind }) => kind === 'workflow')) {
      for (const { node } of stepsOf(source)) {
        const branch = node.get('branch');
        const last = branch.list().at(-1);
        if (last === undefined || branch.list().some((inner) => inner.get('else').value !== undefined))
          continue;
        const known = places.get(`${source.file} ${last.pointer}/when 0`) ?? [];
        if (known.length > 0 && known.every(holds)) continue;
        report(
          spotOf(branch, 'key'),
          `when no case holds, step "${node.get('id').text() ?? ''}" does nothing and its output is null; end it with "else: true"`,
        );
      }
    }
  },
};

/** Where the last case is asked, the ones before it did not hold. */
function holds({ source, scope }: ExpressionFact): boolean {
  const { expression } = parseExpression(source);
  return expression !== undefined && alwaysGives(expression, scope) === true;
}
