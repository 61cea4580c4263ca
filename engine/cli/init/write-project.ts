import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Problem } from '../../core/problem.ts';
import { whyNot } from '../report/why-not.ts';
import { configPlaces } from '../../source/index.ts';
import type { TemplateFile } from './template.ts';

/** A file of the new project, and what stands in its place now: nothing, the same, or something that is to stay. */
export interface PlannedFile extends TemplateFile {
  readonly state: 'new' | 'same' | 'conflict';
  /** Of a conflict: what is wrong. */
  readonly why?: string;
}

/** Compares the files of a new project with what is in its folder. A second config is a conflict too. Changes nothing. */
export async function planProject(
  folder: string,
  files: readonly TemplateFile[],
): Promise<readonly PlannedFile[]> {
  const planned = await Promise.all(files.map((file) => planFile(folder, file)));
  const hasConfig = files.some(({ path }) => path === 'engine.yaml');
  const places = hasConfig
    ? configPlaces.filter((place) => place !== 'engine.yaml' && place !== 'package.json')
    : [];
  const others = await Promise.all(places.map((path) => planFile(folder, { path, text: '' })));
  return [
    ...planned,
    ...others
      .filter(({ state }) => state !== 'new')
      .map((file) => ({ ...file, state: 'conflict' as const, why: 'another config of the project' })),
  ];
}

/**
 * Writes the new files of a plan. Overwrites nothing: when a file came into being meanwhile (Problem `conflict`), or cannot be written
 * (`invalid_request`), those that were written are taken away again.
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
      if ((thrown as NodeJS.ErrnoException).code === 'EEXIST')
        throw new Problem('conflict', `"${target}" came into being meanwhile, so nothing was written`);
      throw new Problem('invalid_request', `"${target}" cannot be written: ${whyNot(thrown)}`);
    }
  }
}

async function planFile(folder: string, file: TemplateFile): Promise<PlannedFile> {
  const conflict = { ...file, state: 'conflict', why: 'differs from the template' } as const;
  try {
    const there = await readFile(join(folder, file.path), 'utf8');
    return there === file.text ? { ...file, state: 'same' } : conflict;
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { ...file, state: 'new' };
    if (code === 'EISDIR') return { ...conflict, why: 'a folder stands in its place' };
    if (code === 'ENOTDIR') return { ...conflict, why: 'a file stands where its folder should be' };
    return { ...conflict, why: `cannot be read: ${message}` };
  }
}
