import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Problem } from '../../core/problem.ts';
import { configPlaces } from '../../source/index.ts';
import type { TemplateFile } from './template.ts';

/** A file of the new project, and what stands in its place now: nothing, the same, or something that is to stay. */
export interface PlannedFile extends TemplateFile {
  readonly state: 'new' | 'same' | 'conflict';
}

/** Compares the files of a new project with what is in its folder. A second config is a conflict too. Changes nothing. */
export async function planProject(
  folder: string,
  files: readonly TemplateFile[],
): Promise<readonly PlannedFile[]> {
  const planned = await Promise.all(
    files.map(async (file) => ({ ...file, state: await stateOf(folder, file) })),
  );
  const hasConfig = files.some(({ path }) => path === 'engine.yaml');
  const others = hasConfig
    ? configPlaces.filter((place) => !['engine.yaml', 'package.json'].includes(place))
    : [];
  const configs = await Promise.all(
    others.map(async (path) => ({ path, text: '', state: await stateOf(folder, { path, text: '' }) })),
  );
  return [...planned, ...configs.filter(({ state }) => state !== 'new').map(asConflict)];
}

/**
 * Writes the new files of a plan. Overwrites nothing: when a file came into being meanwhile, or cannot be written, those that were
 * written are taken away again and Problem `conflict` is thrown.
 */
export async function writeProject(folder: string, files: readonly PlannedFile[]): Promise<void> {
  const written: string[] = [];
  for (const { path, text } of files.filter(({ state }) => state === 'new')) {
    const target = join(folder, path);
    try {
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, text, { flag: 'wx' });
      written.push(target);
    } catch (thrown) {
      await Promise.all(written.map((one) => rm(one, { force: true })));
      throw new Problem('conflict', `"${target}" cannot be written: ${(thrown as Error).message}`);
    }
  }
}

async function stateOf(folder: string, { path, text }: TemplateFile): Promise<PlannedFile['state']> {
  try {
    return (await readFile(join(folder, path), 'utf8')) === text ? 'same' : 'conflict';
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'ENOENT' ? 'new' : 'conflict';
  }
}

function asConflict(file: PlannedFile): PlannedFile {
  return { ...file, state: 'conflict' };
}
