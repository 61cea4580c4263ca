import { constants, type Stats } from 'node:fs';
import { access, mkdir, open, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { codeOf, corrupt, storeProblem, unavailable } from './sqlite-problems.ts';

/** The absolute path of a store, links resolved, so that one file has one lock. Makes its folder (mode 0700) when asked to. */
export async function locate(path: string, options: { readonly makeFolder: boolean }): Promise<string> {
  const full = resolve(path);
  try {
    if (options.makeFolder) await makeFolder(dirname(full));
    const info = await infoOf(full);
    if (info === undefined)
      return options.makeFolder ? join(await realpath(dirname(full)), basename(full)) : full;
    if (info.isDirectory()) throw unavailable(full, 'it is a folder; name a file in "store.path"');
    return await realpath(full);
  } catch (error) {
    throw storeProblem(full, error);
  }
}

/** Bytes of a file; undefined when there is none. */
export async function sizeOf(path: string): Promise<number | undefined> {
  return (await infoOf(path))?.size;
}

/**
 * Makes an empty file with mode 0600, or checks that the existing one can be read and written. Does not open an existing file:
 * closing it again would drop this process's locks on it.
 */
export async function makePrivateFile(path: string): Promise<void> {
  await access(dirname(path), constants.R_OK | constants.W_OK | constants.X_OK);
  try {
    await (await open(path, 'wx', 0o600)).close();
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    await access(path, constants.R_OK | constants.W_OK);
  }
}

/** Brings what was written to a file to the disk. Not for a file that this process has open in SQLite. */
export async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Reads the header of a store before SQLite opens it. An empty file is a new store. Throws Problem `store_corrupt` for a file that
 * SQLite did not write or that was cut. Not for a file that this process has open: closing it would drop this process's locks.
 */
export async function inspect(path: string): Promise<void> {
  const header = await readHeader(path);
  if (header.length === 0) return;
  const fault = headerFault(header);
  if (fault !== undefined) throw corrupt(path, fault);
  const promised = header.readUInt32BE(28) * pageSize(header);
  if (promised > ((await sizeOf(path)) ?? 0) && !(await isUnfinished(path)))
    throw corrupt(path, 'its end is missing');
}

/** One by one: Node's recursive `mkdir` never comes back where a folder can be seen but none be made in it, as in /proc. */
async function makeFolder(path: string): Promise<void> {
  try {
    if ((await infoOf(path)) === undefined) {
      await makeFolder(dirname(path));
      await mkdir(path, { mode: 0o700 });
    }
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

const headerLength = 100;

async function readHeader(path: string): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(headerLength), 0, headerLength, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** The fields of https://sqlite.org/fileformat2.html#the_database_header that never vary. */
function headerFault(header: Buffer): string | undefined {
  if (header.subarray(0, 16).toString('latin1') !== 'SQLite format 3\0') return 'it is not a SQLite file';
  if (header.length < headerLength) return 'its end is missing';
  const size = pageSize(header);
  const sizeIsRight = size >= 512 && size <= 65536 && (size & (size - 1)) === 0;
  const fractionsAreRight = header[21] === 64 && header[22] === 32 && header[23] === 32;
  return sizeIsRight && fractionsAreRight ? undefined : 'its header is overwritten';
}

function pageSize(header: Buffer): number {
  const size = header.readUInt16BE(16);
  return size === 1 ? 65536 : size;
}

/** After a kill, the rest of the file is in its journal, and SQLite puts it together again. */
async function isUnfinished(path: string): Promise<boolean> {
  return ((await sizeOf(`${path}-wal`)) ?? 0) > 0 || ((await sizeOf(`${path}-journal`)) ?? 0) > 0;
}

async function infoOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
