import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Diagnostic } from '../../core/diagnostic.ts';

/**
 * The texts of all files in which diagnostics have a place. A file that has gone since it was checked is left out.
 * @param known texts that need not be read, by file.
 */
export async function readTexts(
  project: string,
  diagnostics: readonly Diagnostic[],
  known: ReadonlyMap<string, string> = new Map(),
): Promise<ReadonlyMap<string, string>> {
  const files = new Set(diagnostics.filter(({ range }) => range !== undefined).map(({ file }) => file));
  const texts = new Map<string, string>();
  for (const file of files) {
    const text = known.get(file) ?? (await readFile(join(project, file), 'utf8').catch(() => undefined));
    if (text !== undefined) texts.set(file, text);
  }
  return texts;
}
