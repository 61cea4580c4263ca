import type { Rule } from '../rule.ts';
import { stepsOf } from '../spec-steps.ts';
import { spotOf } from '../spot.ts';

/** An entry of `catch` that entries before it leave nothing to take. */
export const deadBranch: Rule = {
  id: 'graph/dead-branch',
  level: 'warning',
  check({ sources }, report) {
    for (const source of sources.filter(({ kind }) => kind === 'workflow')) {
      for (const { node } of stepsOf(source)) {
        const taken = new Set<string>();
        let all = -1;
        for (const [index, entry] of node.get('catch').list().entries()) {
          const codes = entry
            .get('on')
            .list()
            .flatMap((code) => code.text() ?? []);
          const at = spotOf(entry);
          if (all !== -1)
            report(at, `this entry is never used: entry ${all + 1} before it takes every failure`);
          else if (codes.length > 0 && codes.every((code) => taken.has(code)))
            report(at, `this entry is never used: entries before it take "${codes.join('", "')}"`);
          if (codes.length === 0 && all === -1) all = index;
          for (const code of codes) taken.add(code);
        }
      }
    }
  },
};
