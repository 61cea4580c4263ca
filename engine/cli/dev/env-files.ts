import { readFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import { stableText } from '../../core/json.ts';

/** Tells which files of `--env-from` say something else than at the start, each as `--env-from <file>`. */
export type EnvLook = () => Promise<readonly string[]>;

/** Reads the files as they are at the start. */
export async function createEnvLook(files: readonly string[] = []): Promise<EnvLook> {
  const begun = await Promise.all(files.map(saidIn));
  return async () => {
    const now = await Promise.all(files.map(saidIn));
    return files.filter((_, place) => now[place] !== begun[place]).map((file) => `${envFrom}${file}`);
  };
}

/** How names of such files begin among what counts at the next start only. */
export const envFrom = '--env-from ';

async function saidIn(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return stableText({ ...parseEnv(text) });
}
