import {
  close,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  read,
  readdirSync,
  renameSync,
  rmdirSync,
  unlinkSync,
  write,
  type Stats,
} from 'node:fs';
import { randomBytes } from 'node:crypto';
import { posix } from 'node:path';
import { promisify } from 'node:util';
import type { SandboxHost } from '../../ports/sandbox-host.ts';
import type { FileInfo } from '../../ports/sandbox.ts';
import type { FileAccess } from './file-access.ts';
import { removeTree } from './remove-tree.ts';
import { fault, openHere, pathOf, withPlace, type Tree } from './safe-place.ts';

/** The file half of a machine. */
export type HostFiles = Omit<SandboxHost, 'run' | 'close'>;

/**
 * Files of this machine below some folders. No path, link, or folder put in the place of another while a call runs leads out of them.
 * Only plain files are read and written: no pipes, sockets and devices. A file is written beside its place and put there whole, so that
 * one with a second name elsewhere (a hard link) stays as it is there.
 * @param access which files may be read and changed; asked of paths after all links.
 * @param trees the folders; where one is seen below another the deeper one counts.
 */
export function hostFiles(trees: readonly Tree[], access: Omit<FileAccess, 'isNarrow'>): HostFiles {
  const admit = (reason: string | undefined, path: string): void => {
    if (reason !== undefined) throw fault('EACCES', `permission denied: ${reason}`, path);
  };
  const stat = async (path: string): Promise<FileInfo | undefined> => {
    const link = await lookAt(trees, path, true);
    if (link?.isSymbolicLink() !== true) return link === undefined ? undefined : infoOf(path, link);
    const target = await lookAt(trees, path, false).catch(() => undefined);
    return target === undefined
      ? { path, kind: 'other', size: 0, modified: Math.round(link.mtimeMs), link: true }
      : { ...infoOf(path, target), link: true };
  };
  return {
    stat,
    readFile: (path, maxBytes) =>
      withPlace(trees, path, {}, async (place) => {
        admit(access.readFault(place.seenAs), path);
        admitPlain(lstatSync(place.at), path);
        const file = openHere(place, constants.O_RDONLY);
        try {
          admitPlain(fstatSync(file), path);
          return await readAll(file, maxBytes, path);
        } finally {
          await closed(file);
        }
      }),
    writeFile: (path, content) =>
      withPlace(trees, path, { makes: true }, async (place) => {
        admit(access.writeFault(place.seenAs), path);
        const before = lstatSync(place.at, { throwIfNoEntry: false });
        if (before !== undefined) admitPlain(before, path);
        if (place.name === undefined) throw fault('EISDIR', 'is a folder', path);
        // A link that leads to nothing is no place for a file.
        if (before === undefined && place.isLinked)
          throw fault('EACCES', 'permission denied: a link to nothing', path);
        const beside = `${place.folder}/.${randomBytes(9).toString('hex')}.tmp`;
        const file = openSync(
          beside,
          constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
          0o666,
        );
        try {
          try {
            await writeAll(file, content);
            if (before !== undefined) fchmodSync(file, before.mode & 0o777);
          } finally {
            await closed(file);
          }
          renameSync(beside, place.at);
        } catch (thrown) {
          unlinkSync(beside);
          throw thrown;
        }
      }),
    async list(path) {
      const names = await withPlace(trees, path, {}, (place) => {
        const folder = openHere(place, constants.O_RDONLY | constants.O_DIRECTORY);
        try {
          return readdirSync(pathOf(folder, place.at));
        } finally {
          closeSync(folder);
        }
      });
      const entries = await Promise.all(
        names.map((name) => stat(posix.join(path, name)).catch(() => undefined)),
      );
      return entries.filter((entry) => entry !== undefined);
    },
    makeFolder: (path) =>
      withPlace(trees, path, { makes: true }, (place) => {
        const before = lstatSync(place.at, { throwIfNoEntry: false });
        if (before === undefined) mkdirSync(place.at);
        else if (!before.isDirectory()) throw fault('EEXIST', 'file exists', path);
      }),
    remove: (path, recursive) =>
      withPlace(trees, path, { keepsLink: true }, (place) => {
        const info = lstatSync(place.at);
        if (!info.isDirectory()) {
          admit(access.writeFault(place.seenAs), path);
          unlinkSync(place.at);
        } else if (recursive)
          removeTree(place.folder, place.name ?? '.', place.seenAs, (inner) => {
            admit(access.writeFault(inner), inner);
          });
        else rmdirSync(place.at);
      }),
  };
}

const closed = promisify(close);
const readSome = promisify(read);
const writeSome = promisify(write);

async function lookAt(trees: readonly Tree[], path: string, keepsLink: boolean): Promise<Stats | undefined> {
  try {
    return await withPlace(trees, path, { keepsLink }, ({ at }) => lstatSync(at));
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw thrown;
  }
}

function infoOf(path: string, stats: Stats): FileInfo {
  const kind = stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : 'other';
  return { path, kind, size: stats.isFile() ? stats.size : 0, modified: Math.round(stats.mtimeMs) };
}

function admitPlain(stats: Stats, path: string): void {
  if (stats.isDirectory()) throw fault('EISDIR', 'is a folder', path);
  if (stats.isSymbolicLink()) throw fault('ELOOP', 'is a link', path);
  if (!stats.isFile())
    throw fault('EACCES', 'permission denied: no plain file (a pipe, socket or device)', path);
}

async function readAll(file: number, maxBytes: number, path: string): Promise<Uint8Array> {
  const tooLarge = (): Error => fault('EFBIG', `larger than ${maxBytes} bytes`, path);
  const { size } = fstatSync(file);
  if (size > maxBytes) throw tooLarge();
  // Files of the system say that they are empty; what grows meanwhile is bounded too.
  const chunks: Buffer[] = [];
  let total = 0;
  for (;;) {
    const chunk = Buffer.allocUnsafe(Math.min(Math.max(size - total, 0) + 1, 1024 * 1024));
    const { bytesRead } = await readSome(file, chunk, 0, chunk.length, null);
    if (bytesRead === 0) break;
    total += bytesRead;
    if (total > maxBytes) throw tooLarge();
    chunks.push(chunk.subarray(0, bytesRead));
  }
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
}

async function writeAll(file: number, content: Uint8Array): Promise<void> {
  let done = 0;
  while (done < content.byteLength) {
    const { bytesWritten } = await writeSome(file, content, done, content.byteLength - done, null);
    done += bytesWritten;
  }
}
