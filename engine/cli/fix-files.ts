import { readFile } from 'node:fs/promises';
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import { Problem } from '../core/problem.ts';
import type { FileChange } from '../fix/index.ts';
import type { Colors } from './terminal.ts';
import { writeAtomically } from './write-atomically.ts';

/** Writes the changes of a fix. Throws Problem `invalid_request` for a file that somebody else has changed since it was checked. */
export async function writeChanges(changes: readonly FileChange[]): Promise<void> {
  for (const { file, path, before, after } of changes) {
    const present = await readFile(path, 'utf8').catch(() => undefined);
    if (present !== before)
      throw new Problem('invalid_request', `"${file}" has changed while it was checked; try again`);
    await writeAtomically(path, after);
  }
}

/** The changes as a unified diff that `patch -p1` and `git apply` take. */
export function unifiedDiff(changes: readonly FileChange[], colors: Colors): string {
  return changes
    .map(({ file, before, after }) =>
      createTwoFilesPatch(`a/${file}`, `b/${file}`, before, after, undefined, undefined, {
        headerOptions: FILE_HEADERS_ONLY,
      }),
    )
    .join('')
    .split('\n')
    .map((line) => {
      if (/^(?:\+\+\+|---) /.test(line)) return colors.bold(line);
      if (line.startsWith('@@')) return colors.cyan(line);
      if (line.startsWith('+')) return colors.green(line);
      return line.startsWith('-') ? colors.red(line) : line;
    })
    .join('\n')
    .trimEnd();
}
