import { rootOf } from '../../source/index.ts';
import type { Rule } from '../rule.ts';

const described: readonly string[] = ['agent', 'profile', 'role', 'workflow'];

/** A description is what lists, and models that may delegate, show of a spec. */
export const descriptionMissing: Rule = {
  id: 'style/description-missing',
  level: 'info',
  preset: 'strict',
  check({ sources }, report) {
    for (const source of sources) {
      if (!described.includes(source.kind)) continue;
      if (rootOf(source).get('description').value !== undefined) continue;
      report(
        { file: source.file },
        `the ${source.kind} "${source.name}" has no description; say in a sentence what it does`,
      );
    }
  },
};
