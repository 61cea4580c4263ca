import { rmSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for files that need not last, which nobody else may look into. */
export async function openPrivateFolder(): Promise<{
  readonly folder: string;
  remove(): Promise<void>;
  /** The same at once, for the end of the process. */
  removeNow(): void;
}> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'flue-engine-')));
  await chmod(folder, 0o700);
  return {
    folder,
    remove: () => rm(folder, { recursive: true, force: true }),
    removeNow() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What an isolated sandbox has beside its workspace: its `/tmp`, and a file that nobody may read. */
export async function openScratch(): Promise<{
  readonly temporary: string;
  readonly nothing: string;
  remove(): Promise<void>;
}> {
  const { folder, remove } = await openPrivateFolder();
  const [temporary, nothing] = [join(folder, 'tmp'), join(folder, 'nothing')];
  await mkdir(temporary);
  await writeFile(nothing, '', { mode: 0 });
  return { temporary, nothing, remove };
}
