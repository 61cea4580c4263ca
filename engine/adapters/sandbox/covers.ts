import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { posix } from 'node:path';
import { Problem } from '../../core/problem.ts';
import type { Sandbox as SandboxSpec } from '../../program/sandbox.ts';
import type { FileAccess } from './file-access.ts';
import type { Tree } from './safe-place.ts';

/** A file or folder of a sandbox that something is put over. */
export interface Cover {
  readonly path: string;
  readonly isFolder: boolean;
  /** Its place on this machine, where it is put over itself so that it cannot be moved, or not be changed; absent: something empty is. */
  readonly self?: { readonly from: string; readonly write: boolean };
}

/**
 * What commands must not read or change, by the patterns of a spec, as it lies there now. Of a repository that is read only they may not
 * change what runs programs, since they may commit to it. Folders that hold installed packages are only looked
 * through when a pattern names them. Throws Problem `sandbox_failed` where there is too much to look through.
 */
export async function coversOf(
  trees: readonly Tree[],
  spec: Pick<SandboxSpec, 'files'>,
  access: Pick<FileAccess, 'readFault' | 'writeFault'>,
): Promise<readonly Cover[]> {
  const { read, protect, frozen = [] } = spec.files;
  if (read === undefined && protect.length === 0 && frozen.length === 0) return [];
  const skipsPackages = ![...protect, ...(read ?? [])].some((pattern) => pattern.includes('node_modules'));
  const found: Cover[] = [];
  let seen = 0;

  async function visit(host: string, path: string): Promise<void> {
    const entries = await readdir(host, { withFileTypes: true }).catch((): Dirent[] => []);
    seen += entries.length;
    if (seen > mostEntries || found.length > mostCovers)
      throw new Problem(
        'sandbox_failed',
        'the workspace has too many files to keep commands from protected ones',
      );
    for (const entry of entries) {
      const inner = posix.join(path, entry.name);
      const isFolder = entry.isDirectory();
      // A link leads to a file that is covered where it is.
      if (entry.isSymbolicLink()) continue;
      // A folder that may not be read may still hold files that may, where they are listed.
      if (access.readFault(inner) !== undefined && (!isFolder || read === undefined))
        found.push({ path: inner, isFolder });
      else if (frozen.length > 0 && !isInRepository(inner) && access.writeFault(inner) !== undefined) {
        const from = posix.join(host, entry.name);
        if (entry.name !== '.git' || !isFolder)
          found.push({ path: inner, isFolder, self: { from, write: false } });
        else found.push(...(await repositoryCovers(from, inner)));
        if (isFolder) await visit(from, inner);
      } else if (isFolder && !(skipsPackages && entry.name === 'node_modules'))
        await visit(posix.join(host, entry.name), inner);
    }
  }

  for (const { host, seenAs } of trees) await visit(host, seenAs);
  return found;
}

function isInRepository(path: string): boolean {
  return path.includes('/.git/');
}

/** A repository stays in its place, and git runs what it ran before. */
async function repositoryCovers(from: string, path: string): Promise<readonly Cover[]> {
  const names = await readdir(from);
  const kept = ['config', 'config.worktree'].filter((name) => names.includes(name));
  return [
    { path, isFolder: true, self: { from, write: true } },
    ...kept.map((name) => ({
      path: `${path}/${name}`,
      isFolder: false,
      self: { from: `${from}/${name}`, write: false },
    })),
    {
      path: `${path}/hooks`,
      isFolder: true,
      ...(names.includes('hooks') ? { self: { from: `${from}/hooks`, write: false } } : {}),
    },
  ];
}

const mostEntries = 100_000;
const mostCovers = 2_000;
