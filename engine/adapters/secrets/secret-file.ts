import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';

/** What is in the file of a secret. */
export interface SecretFile {
  /** Absent when it is empty or not there. */
  readonly value?: string;
  /** Why it is not read, as the end of a sentence. */
  readonly fault?: string;
  readonly cause?: unknown;
  /** Every user of the machine can read it, and it is none of those that the machine mounts. */
  readonly isOpen?: boolean;
}

/** Largest file that is taken for a secret, in bytes. */
const largest = 65_536;

/** Reads the file of a secret, without line ends at its end. One that every user can write is not read: anybody could have put it there. */
export function readSecretFile(path: string): SecretFile {
  let file: number | undefined;
  try {
    // Looked at and read through one handle, so that it is the same file.
    file = openSync(path, 'r');
    const { mode, size } = fstatSync(file);
    const isPosix = process.platform !== 'win32';
    if (isPosix && (mode & 0o002) !== 0) return { fault: ', which every user can write; chmod 600 it' };
    if (size > largest) return { fault: `, which is larger than ${largest} bytes` };
    const value = readFileSync(file, 'utf8').replace(/[\r\n]+$/, '');
    const isOpen = isPosix && (mode & 0o004) !== 0 && !/^\/(?:var\/)?run\//.test(path);
    return value === '' ? {} : { value, isOpen };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    return { fault: '', cause: error };
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
