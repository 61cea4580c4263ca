import { readFileSync, readdirSync, realpathSync, statSync, type Dirent } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';

/** Largest spec that is read, in bytes. */
export const maxFileBytes = 1024 * 1024;

/** The text of a file, or why it cannot be had, as the end of a sentence. */
export type ReadText = { readonly text: string } | { readonly fault: string; readonly missing: boolean };

/** Something in a folder; `link` is a symbolic link. */
export interface DiskEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'link';
}

/** How the files of a project are seen: as they are on disk, or with other texts in their place. Its methods never throw. */
export interface Disk {
  /** Reads a UTF-8 text of at most `limit` bytes (default 1 MiB); a byte order mark stays in it. */
  readText(path: string, limit?: number): ReadText;
  /** What is in a folder, by name; empty when there is no such folder. */
  entries(path: string): readonly DiskEntry[];
  /** What stands at a path, links followed; undefined for nothing, and for what is neither file nor folder. */
  kindOf(path: string): 'file' | 'folder' | undefined;
  /** The path with links followed; undefined when nothing is there. */
  realPath(path: string): string | undefined;
}

/** How soon after a file was written a second change may leave its time as it is, in milliseconds. */
const racyMs = 50;

/** A text that was read, and what the file looked like then. */
export interface KnownText {
  readonly stamp: string;
  readonly limit: number;
  readonly read: ReadText;
}

/**
 * The disk, with what was read remembered: a file is read again only when its time, size or identity has changed.
 * @param overlay texts that stand in for files, by absolute path; a file that is only here counts as being there.
 */
export function openDisk(
  known = new Map<string, KnownText>(),
  overlay: ReadonlyMap<string, string> = new Map<string, string>(),
): Disk {
  const added = foldersOf(overlay);
  const readText: Disk['readText'] = (path, limit = maxFileBytes) => {
    const text = overlay.get(path);
    if (text !== undefined) return text.length > limit ? tooLarge(limit) : { text };
    try {
      const stats = statSync(path);
      if (!stats.isFile())
        return { fault: stats.isDirectory() ? 'is a folder, not a file' : 'is not a file', missing: false };
      if (stats.size > limit) return tooLarge(limit);
      const stamp = `${stats.dev} ${stats.ino} ${stats.size} ${stats.mtimeMs} ${stats.ctimeMs}`;
      const before = known.get(path);
      if (before?.stamp === stamp && before.limit === limit) return before.read;
      const read = decode(readFileSync(path));
      if (Date.now() - Math.max(stats.mtimeMs, stats.ctimeMs) > racyMs)
        known.set(path, { stamp, limit, read });
      else known.delete(path);
      return read;
    } catch (thrown) {
      known.delete(path);
      return { fault: faultOf(thrown), missing: codeOf(thrown) === 'ENOENT' };
    }
  };
  return {
    readText,
    entries(path) {
      const found = new Map<string, DiskEntry['kind']>(added.get(path));
      for (const entry of listed(path)) found.set(entry.name, kindOfEntry(entry));
      return [...found]
        .map(([name, kind]) => ({ name, kind }))
        .sort((one, other) => (one.name < other.name ? -1 : 1));
    },
    kindOf(path) {
      if (overlay.has(path)) return 'file';
      const stats = statSync(path, { throwIfNoEntry: false });
      if (stats === undefined) return added.has(path) ? 'folder' : undefined;
      if (stats.isFile()) return 'file';
      return stats.isDirectory() ? 'folder' : undefined;
    },
    realPath: (path) => realOf(path, (missing) => overlay.has(missing) || added.has(missing)),
  };
}

/** Tells whether a path, symbolic links followed, lies in a folder whose real path is given. */
export function staysInside(disk: Disk, realRoot: string, path: string): boolean {
  const real = disk.realPath(path);
  return (
    real !== undefined &&
    (real === realRoot || real.startsWith(realRoot.endsWith(sep) ? realRoot : realRoot + sep))
  );
}

/** The folders that hold the given files, each with what is to be found in it. */
function foldersOf(files: ReadonlyMap<string, string>): ReadonlyMap<string, Map<string, 'file' | 'folder'>> {
  const folders = new Map<string, Map<string, 'file' | 'folder'>>();
  for (const file of files.keys()) {
    let kind: 'file' | 'folder' = 'file';
    for (let path = file; dirname(path) !== path; path = dirname(path)) {
      const inside = folders.get(dirname(path)) ?? new Map<string, 'file' | 'folder'>();
      folders.set(dirname(path), inside.set(basename(path), kind));
      kind = 'folder';
    }
  }
  return folders;
}

function listed(path: string): readonly Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch {
    return [];
  }
}

function kindOfEntry(entry: Dirent): DiskEntry['kind'] {
  if (entry.isSymbolicLink()) return 'link';
  return entry.isDirectory() ? 'folder' : 'file';
}

function realOf(path: string, isAdded: (path: string) => boolean): string | undefined {
  try {
    return realpathSync.native(path);
  } catch {
    const above = isAdded(path) ? realOf(dirname(path), isAdded) : undefined;
    return above === undefined ? undefined : join(above, basename(path));
  }
}

function decode(bytes: Uint8Array): ReadText {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { fault: 'is not UTF-8 text', missing: false };
  }
}

function tooLarge(limit: number): ReadText {
  return { fault: `is larger than ${limit / 1024} KiB`, missing: false };
}

function codeOf(thrown: unknown): string | undefined {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string'
    ? thrown.code
    : undefined;
}

function faultOf(thrown: unknown): string {
  switch (codeOf(thrown)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'does not exist';
    case 'EACCES':
    case 'EPERM':
      return 'may not be read';
    default:
      return 'cannot be read';
  }
}
