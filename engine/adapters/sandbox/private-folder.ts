import { rmSync } from 'node:fs';
import { chmod, mkdtemp, realpath, rm } from 'node:fs/promises';
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
