import { dirname, join, posix } from 'node:path';
import { choices, suggest } from '../../core/suggest.ts';
import { onDisk } from '../../source/index.ts';
import type { Rule } from '../rule.ts';
import { fileLinks, pathsInCode } from './links.ts';

/** A link in a skill leads to a file that is not there, so the model that follows it reads nothing. */
export const missingReference: Rule = {
  id: 'skill/missing-reference',
  level: 'error',
  always: true,
  check({ program, sources }, report) {
    for (const source of sources) {
      if (source.kind !== 'skill' || source.body === undefined || !source.file.endsWith('/SKILL.md'))
        continue;
      const folder = dirname(source.path);
      const files = Object.keys(source.files ?? {});
      const isThere = (name: string): boolean =>
        files.includes(name) || onDisk(join(folder, name)) !== undefined;
      const slips = pathsInCode(source.body).filter(
        ({ path }) => isSlip(path, files) && onDisk(join(program.root, path)) === undefined,
      );
      for (const { path, start, end } of [...fileLinks(source.body), ...slips]) {
        const name = posix.normalize(path);
        if (isThere(name)) continue;
        report(
          { file: source.file, pointer: '/body', range: source.rangeWithin('/body', start, end) },
          `no file "${path}" in the folder of the skill${choices(name, files)}`,
          { suggestions: suggest(name, files, 3) },
        );
      }
    }
  },
};

/** A path in code may be a file that is made later, unless it is nearly one that is there. */
function isSlip(path: string, files: readonly string[]): boolean {
  const [near] = suggest(path, files);
  const letters = (text: string): string => text.replace(/[0-9]/g, '');
  return near !== undefined && Math.abs(near.length - path.length) <= 2 && letters(near) !== letters(path);
}
