import { rootOf } from '../../source/index.ts';
import type { Rule } from '../rule.ts';

/** The model sees only the description when it chooses a skill, so it must say when the skill is wanted. */
export const descriptionNoTrigger: Rule = {
  id: 'skill/description-no-trigger',
  level: 'info',
  preset: 'strict',
  check({ sources }, report) {
    for (const source of sources) {
      if (source.kind !== 'skill') continue;
      const node = rootOf(source).get('description');
      const text = node.text();
      if (text === undefined || /\b(?:when|whenever|if|use|used|using|for|before|after|during)\b/i.test(text))
        continue;
      report(
        node.origin(),
        `the description does not say when to load the skill "${source.name}"; add a sentence such as "Use when a ticket mentions a refund."`,
      );
    }
  },
};
