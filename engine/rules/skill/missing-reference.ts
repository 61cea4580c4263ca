import { posix } from 'node:path';
import { dirname, join } from 'node:path';
import { choices, suggest } from '../../core/suggest.ts';
import { onDisk } from '../../source/index.ts';
import type { Rule } from '../rule.ts';
import { fileLinks } from './links.ts';

/** A link in a skill leads to a file that is not there, so the model that follows it reads nothing. */
export const missingReference: Rule = {
  id: 'skill/missing-reference',
  level: 'error',
  always: true,
  check({ sources }, report) {
    for (const source of sources) {
      if (source.kind !== 'skill' || source.body === undefined || !source.file.endsWith('/SKILL.md'))
        continue;
      const folder = dirname(source.path);
      const files = Object.keys(source.files ?? {});
      for (const { path, start, end } of fileLinks(source.body)) {
        const name = posix.normalize(path);
        if (files.includes(name) || onDisk(join(folder, name)) !== undefined) continue;
        report(
          { file: source.file, pointer: '/body', range: source.rangeWithin('/body', start, end) },
          `no file "${path}" in the folder of the skill${choices(name, files)}`,
          { suggestions: suggest(name, files, 3) },
        );
      }
    }
  },
};
