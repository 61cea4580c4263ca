import { compileGlob } from '../../core/glob.ts';
import type { Sandbox as SandboxSpec } from '../../program/sandbox.ts';
import { isInside, temporaryFolder } from './virtual-path.ts';

/** Which files of a sandbox may be read and which changed, by the path patterns of its spec. */
export interface FileAccess {
  /** Whether the patterns take anything away. */
  readonly isNarrow: boolean;
  /** Why a file may not be read, or undefined. @param path absolute and normalised. */
  readFault(path: string): string | undefined;
  /** Why a file or folder may not be made, changed or removed, or undefined. @param path absolute and normalised. */
  writeFault(path: string): string | undefined;
}

/** The file access of a spec. Patterns count from the workspace; one without `/` fits the name of a file in any folder. */
export function fileAccess({ files, workspace, mounts }: SandboxSpec): FileAccess {
  const protect = anyOf(files.protect);
  const frozen = anyOf(files.frozen ?? []);
  const read = files.read === undefined ? undefined : anyOf(files.read);
  const write = files.write === undefined ? undefined : anyOf(files.write);
  /** The path below the workspace; undefined for what is no part of it. */
  const inner = (path: string): string | undefined => {
    if (path === workspace) return undefined;
    // A workspace may itself lie among temporary files.
    if (isInside(temporaryFolder, path) && !isInside(temporaryFolder, workspace)) return undefined;
    if (isInside(workspace, path))
      return workspace === '/' ? path.slice(1) : path.slice(workspace.length + 1);
    const mount = mounts.find(({ to }) => isInside(to, path));
    return mount === undefined ? undefined : path.slice(mount.to.lastIndexOf('/') + 1);
  };
  return {
    isNarrow:
      files.protect.length > 0 ||
      (files.frozen ?? []).length > 0 ||
      read !== undefined ||
      write !== undefined,
    readFault(path) {
      const name = inner(path);
      if (name === undefined) return undefined;
      if (protect(name)) return 'the file is protected';
      return read === undefined || read(name)
        ? undefined
        : `only these may be read: ${(files.read ?? []).join(', ')}`;
    },
    writeFault(path) {
      const name = inner(path);
      if (name === undefined) return undefined;
      if (protect(name)) return 'the file is protected';
      if (frozen(name)) return 'the file may be read only';
      return write === undefined || write(name)
        ? undefined
        : `only these may be written: ${(files.write ?? []).join(', ')}`;
    },
  };
}

/** A test for paths that one of the patterns fits, or that lie below a folder that it fits. */
function anyOf(patterns: readonly string[]): (path: string) => boolean {
  const tests = patterns.map((pattern) =>
    compileGlob(pattern.includes('/') ? pattern.replace(/\/$/, '') : `**/${pattern}`),
  );
  return (path) => {
    let part = path;
    for (;;) {
      if (tests.some((fits) => fits(part))) return true;
      const end = part.lastIndexOf('/');
      if (end === -1) return false;
      part = part.slice(0, end);
    }
  };
}
