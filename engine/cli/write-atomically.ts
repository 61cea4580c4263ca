import { randomBytes } from 'node:crypto';
import { chmod, mkdir, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Problem } from '../core/problem.ts';
import { whyNot } from './report/why-not.ts';

/**
 * Writes a file so that at no time half of it is there, and makes its folder. The mode of a file that is replaced stays, and a link
 * still leads to it. Throws Problem `invalid_request` when it cannot be written.
 */
export async function writeAtomically(file: string, text: string): Promise<void> {
  const draft = join(dirname(file), `.${basename(file)}.${randomBytes(4).toString('hex')}`);
  try {
    const target = await realpath(file).catch(() => file);
    await mkdir(dirname(target), { recursive: true });
    const mode = (await stat(target).catch(() => undefined))?.mode;
    try {
      await writeFile(draft, text);
      if (mode !== undefined) await chmod(draft, mode);
      await rename(draft, target);
    } finally {
      await rm(draft, { force: true });
    }
  } catch (thrown) {
    throw new Problem('invalid_request', `"${file}" cannot be written: ${whyNot(thrown)}`);
  }
}
