import { closeSync, constants, lstatSync, mkdirSync, openSync, readlinkSync, realpathSync } from 'node:fs';
import { posix } from 'node:path';
import { isInside, normalise } from './virtual-path.ts';

/** A folder of this machine in a sandbox. */
export interface Tree {
  /** Absolute path on this machine, without links. */
  readonly host: string;
  /** Absolute path in the sandbox. */
  readonly seenAs: string;
  /** Folders of it, as they are seen in the sandbox, that no path leads to. */
  readonly hidden?: readonly string[];
}

/** Where a path leads: an entry of a folder that is held open, so that nobody can put another folder in its place. */
export interface Place {
  /** Path of the entry by way of the open folder; the last part of it is no link unless `keepLink` said so. */
  readonly at: string;
  /** Path of the folder itself by way of the open folder. */
  readonly folder: string;
  /** Name of the entry; undefined for the tree itself. */
  readonly name: string | undefined;
  /** Path in the sandbox, after all links. */
  readonly seenAs: string;
  /** Whether the path itself names a link, which was followed. */
  readonly isLinked: boolean;
}

/** What to do on the way to a place. */
export interface Way {
  /** Make the folders that are missing. */
  readonly makes?: boolean;
  /** Do not follow a link at the end. */
  readonly keepsLink?: boolean;
}

/**
 * Walks to a path one name at a time, each name looked up in the folder before it by its descriptor and never through a link. Links are
 * read and walked in turn, so that they count as paths of the sandbox; one that leads out of the trees throws `EACCES`.
 * The place is good until `use` has ended.
 */
export async function withPlace<T>(
  trees: readonly Tree[],
  path: string,
  way: Way,
  use: (place: Place) => Promise<T> | T,
): Promise<T> {
  let next = path;
  let isLinked = false;
  for (let links = 0; links <= mostLinks; links += 1) {
    const found = walk(trees, next, way);
    if ('link' in found) {
      next = found.link;
      isLinked ||= found.isLast;
      continue;
    }
    try {
      return await use({ ...found.place, isLinked });
    } catch (thrown) {
      // Somebody put a link where there was none: look again.
      if (!isLinkFault(thrown) || links === mostLinks) throw thrown;
    } finally {
      closeSync(found.descriptor);
    }
  }
  throw fault('ELOOP', 'too many symbolic links', path);
}

/** Opens a file without following a link at the end, and without waiting for the other side of a pipe. */
export function openHere(place: Place, flags: number, mode?: number): number {
  return openSync(place.at, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK, mode);
}

/** Path of an open folder, which stays with it whatever happens to its name. */
export function pathOf(descriptor: number, path: string): string {
  return hasDescriptorPaths ? `/proc/self/fd/${descriptor}` : path;
}

/** An error as the file system throws it. */
export function fault(code: string, reason: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${reason}, '${path}'`), { code });
}

const hasDescriptorPaths = process.platform === 'linux';

const mostLinks = 40;

/** A descriptor that stands for a folder and reads nothing; the same number on all machines that Node runs on. */
const pathOnly = process.platform === 'linux' ? 0o10000000 : constants.O_RDONLY;

type Found =
  | { readonly place: Omit<Place, 'isLinked'>; readonly descriptor: number }
  /** The path to walk instead. */
  | { readonly link: string; readonly isLast: boolean };

function walk(trees: readonly Tree[], path: string, { makes = false, keepsLink = false }: Way): Found {
  const normal = normalise(path);
  const tree =
    normal === undefined
      ? undefined
      : trees.filter(({ seenAs }) => isInside(seenAs, normal)).sort(deepest)[0];
  if (normal === undefined || tree === undefined)
    throw fault('EACCES', 'permission denied: a link leads out of the sandbox', path);
  if (tree.hidden?.some((folder) => isInside(folder, normal)) === true)
    throw fault('EACCES', 'permission denied: this belongs to the engine', path);
  const names = posix
    .relative(tree.seenAs, normal)
    .split('/')
    .filter((name) => name !== '');
  const last = names.at(-1);
  let folder = openFolder(tree.host);
  let seenAs = tree.seenAs;
  try {
    for (const [index, name] of names.entries()) {
      const isLast = index === names.length - 1;
      const at = `${pathOf(folder.descriptor, folder.path)}/${name}`;
      const info = lstatSync(at, { throwIfNoEntry: false });
      if (info?.isSymbolicLink() === true && !(isLast && keepsLink)) {
        const target = readlinkSync(at);
        const rest = names.slice(index + 1).join('/');
        closeSync(folder.descriptor);
        const base = target.startsWith('/') ? target : `${seenAs}/${target}`;
        return { link: `${base}/${rest}`, isLast };
      }
      if (isLast) break;
      if (info === undefined && makes) makeFolder(at);
      const inner = openFolder(at);
      closeSync(folder.descriptor);
      folder = inner;
      seenAs = posix.join(seenAs, name);
    }
  } catch (thrown) {
    closeSync(folder.descriptor);
    throw thrown;
  }
  const place = {
    at:
      last === undefined
        ? `${pathOf(folder.descriptor, folder.path)}/.`
        : `${pathOf(folder.descriptor, folder.path)}/${last}`,
    folder: pathOf(folder.descriptor, folder.path),
    name: last,
    seenAs: normal,
  };
  return { place, descriptor: folder.descriptor };
}

interface OpenFolder {
  readonly descriptor: number;
  readonly path: string;
}

function openFolder(path: string): OpenFolder {
  const flags = pathOnly | constants.O_DIRECTORY | constants.O_NOFOLLOW;
  const descriptor = openSync(path, flags);
  // Without descriptors as paths the real path stands for the folder, with a moment between the look and the use.
  return { descriptor, path: hasDescriptorPaths ? '' : realpathSync(path) };
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown;
  }
}

function isLinkFault(thrown: unknown): boolean {
  return (thrown as NodeJS.ErrnoException | undefined)?.code === 'ELOOP';
}

function deepest(one: Tree, other: Tree): number {
  return other.seenAs.length - one.seenAs.length;
}
