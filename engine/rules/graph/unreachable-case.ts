import type { Node } from '../../source/index.ts';
import { truthOf } from '../expr/constant-condition.ts';
import { factsByPlace } from '../facts-at.ts';
import type { Rule } from '../rule.ts';
import { stepsOf } from '../spec-steps.ts';
import { spotOf } from '../spot.ts';

/** A case whose condition can never hold where it is asked, or that stands behind one that always holds. */
export const unreachableCase: Rule = {
  id: 'graph/unreachable-case',
  level: 'error',
  always: true,
  check({ facts, sources }, report) {
    const places = factsByPlace(facts);
    const truthAt = ({ source, pointer }: Node): boolean | undefined =>
      truthOf(places.get(`${source.file} ${pointer}/when 0`) ?? []);
    for (const source of sources.filter(({ kind }) => kind === 'workflow')) {
      for (const { node } of stepsOf(source)) {
        const cases = node.get('branch').list();
        const always = cases.findIndex((inner) => truthAt(inner) === true);
        for (const [index, inner] of cases.entries()) {
          const twin = twinOf(inner, cases.slice(0, index));
          const isGuard = always > 0 && inner.get('else').value !== undefined;
          // An "else" behind cases for every value is there for values to come.
          if (always !== -1 && index > always && !isGuard) {
            report(spotOf(inner), `this case is never reached: case ${always + 1} before it always holds`);
          } else if (twin !== -1) {
            report(
              spotOf(inner.get('when')),
              `this case is never reached: case ${twin + 1} has the same condition`,
            );
          } else if (truthAt(inner) === false) {
            report(
              spotOf(inner.get('when')),
              'this case is never reached: its condition is always false where it is asked',
            );
          }
        }
      }
    }
  },
};

/** Index of the case with the same condition; -1 when there is none. */
function twinOf(inner: Node, before: readonly Node[]): number {
  const condition = inner.get('when').text()?.replace(/\s+/g, ' ').trim();
  return condition === undefined
    ? -1
    : before.findIndex((other) => other.get('when').text()?.replace(/\s+/g, ' ').trim() === condition);
}
