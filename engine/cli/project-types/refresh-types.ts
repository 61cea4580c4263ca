import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Program } from '../../program/program.ts';
import { writeAtomically } from '../write-atomically.ts';
import { projectTypes, typesFile } from './project-types.ts';

/** Writes the types of a project again where they stand beside engine.yaml and are stale; true when it did. */
export async function refreshTypes(program: Program): Promise<boolean> {
  const file = join(program.root, typesFile);
  const present = await readFile(file, 'utf8').catch(() => undefined);
  if (present === undefined) return false;
  const text = projectTypes(program);
  if (text === present) return false;
  await writeAtomically(file, text);
  return true;
}
