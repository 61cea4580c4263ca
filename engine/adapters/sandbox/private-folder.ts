import { rmSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for files that need not last, which nobody else may look into; it goes with the process at the latest. */
export async function openPrivateFolder(): Promise<{ readonly folder: string; remove(): Promise<void> }> {
  if (!isWatching) {
    isWatching = true;
    process.once('exit', () => {
      for (const folder of open) rmSync(folder, { recursive: true, force: true });
    });
  }
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'flue-engine-')));
  open.add(folder);
  await chmod(folder, 0o700);
  return {
    folder,
    async remove() {
      open.delete(folder);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const open = new Set<string>();
let isWatching = false;

/** What an isolated sandbox has beside its workspace: its `/tmp`, a file that nobody may read, and a place for a socket. */
export async function openScratch(): Promise<{
  readonly temporary: string;
  readonly nothing: string;
  readonly socket: string;
  remove(): Promise<void>;
}> {
  const { folder, remove } = await openPrivateFolder();
  const [temporary, nothing] = [join(folder, 'tmp'), join(folder, 'nothing')];
  await mkdir(temporary);
  await writeFile(nothing, '', { mode: 0 });
  return { temporary, nothing, socket: join(folder, 'proxy'), remove };
}
