import { posix } from 'node:path';
import type { Rule } from '../rule.ts';
import { fileLinks } from './links.ts';

/** A file that only another file of the skill links to is seldom found: models read what SKILL.md itself names. */
export const deepReference: Rule = {
  id: 'skill/deep-reference',
  level: 'info',
  preset: 'strict',
  check({ sources }, report) {
    for (const source of sources) {
      const { files, body } = source;
      if (source.kind !== 'skill' || files === undefined || body === undefined) continue;
      const links = fileLinks(body).map((link) => ({ ...link, name: posix.normalize(link.path) }));
      const known = new Set(['SKILL.md', ...links.map(({ name }) => name)]);
      for (const { name, start, end } of links) {
        const text = Object.hasOwn(files, name) && name.endsWith('.md') ? (files[name] ?? '') : '';
        const further = fileLinks(text)
          .map(({ path }) => posix.join(posix.dirname(name), path))
          .find((target) => Object.hasOwn(files, target) && !known.has(target));
        if (further === undefined) continue;
        report(
          { file: source.file, pointer: '/body', range: source.rangeWithin('/body', start, end) },
          `"${name}" leads on to "${further}", which SKILL.md does not name; link it here too`,
        );
      }
    }
  },
};
