import type { Rule } from '../rule.ts';
import { stepsOf } from '../spec-steps.ts';

/** Ids of steps are read in expressions; with one spelling for all, nobody has to look them up. */
export const idCase: Rule = {
  id: 'style/id-case',
  level: 'info',
  preset: 'strict',
  check({ sources }, report) {
    for (const source of sources) {
      if (source.kind !== 'workflow') continue;
      for (const { node } of stepsOf(source)) {
        const id = node.get('id');
        const name = id.text();
        if (name === undefined || /^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/.test(name)) continue;
        const better = snakeCase(name);
        report(
          id.origin(),
          `step ids are written in small letters; write "${better}" here and where it is read`,
          {
            suggestions: [better],
          },
        );
      }
    }
  },
};

function snakeCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
    .replace(/_+/g, '_')
    .replace(/^_|_$/g, '');
}
