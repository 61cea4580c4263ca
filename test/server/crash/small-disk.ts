import { spawnSync } from 'node:child_process';
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** A small disk of its own at a folder. */
export interface SmallDisk {
  /** Leaves no room on it. */
  fill(): void;
  /** Gives the room back. */
  free(): void;
  /** Whether it may be written. */
  protect(isProtected: boolean): void;
  remove(): void;
}

/** Puts a small disk in the place of a folder; undefined where that is not allowed. */
export function smallDisk(folder: string): SmallDisk | undefined {
  const mount = (...args: readonly string[]): boolean => spawnSync('mount', [...args, folder]).status === 0;
  if (!mount('-t', 'tmpfs', '-o', 'size=64m', 'none')) return undefined;
  const filler = join(folder, 'filler');
  return {
    fill() {
      const file = openSync(filler, 'a');
      try {
        for (let size = 1 << 20; size >= 512; size /= 2) writeUntilFull(file, size);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
    },
    free: () => rmSync(filler, { force: true }),
    protect(isProtected) {
      if (!mount('-o', `remount,${isProtected ? 'ro' : 'rw'}`)) throw new Error(`cannot remount ${folder}`);
    },
    remove: () => void spawnSync('umount', ['-l', folder]),
  };
}

function writeUntilFull(file: number, size: number): void {
  const bytes = Buffer.alloc(size);
  try {
    while (writeSync(file, bytes) === size);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ENOSPC') throw thrown;
  }
}
