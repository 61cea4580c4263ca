import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile } from '../../engine/compile.ts';
import { projectOf, type Files } from '../fakes/project.ts';

/** Errors of a project, a line each: `"marked text" rule message`, double quotes of the text as single ones. */
export async function markedFindings(files: Files): Promise<string[]> {
  const folder = projectOf(files);
  const { diagnostics } = await compile(folder);
  const errors = diagnostics.filter(({ level }) => level === 'error');
  return errors.map(({ file, range, rule, message }) => {
    const text = readFileSync(join(folder, file), 'utf8');
    const marked = range === undefined ? '' : text.slice(range.start.offset, range.end.offset);
    return `"${marked.replaceAll('"', "'")}" ${rule} ${message}`;
  });
}
