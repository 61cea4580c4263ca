import { createHash } from 'node:crypto';
import { mkdir, readdir, realpath, rm } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { Problem } from '../../core/problem.ts';
import type { Sandbox as SandboxSpec } from '../../program/sandbox.ts';

/** Where sandboxes that keep their files have them. */
export interface KeptFolders {
  /** Folder in which each owner has one. */
  readonly folder: string;
  readonly projectRoot: string;
}

/**
 * The folder of an owner's workspace on this machine, made when it is not there: `options.root` of the spec, counted from the project, or
 * one of its own. Readable by the user of the engine only.
 */
export async function keptFolder(
  spec: SandboxSpec,
  owner: string,
  { folder, projectRoot }: KeptFolders,
): Promise<{ readonly folder: string; readonly isNew: boolean }> {
  const { root } = spec.options;
  if (root !== undefined && typeof root !== 'string')
    throw new Problem(
      'sandbox_failed',
      `"options.root" of sandbox "${spec.name}" must be the path of a folder`,
    );
  const given = root === undefined ? undefined : isAbsolute(root) ? root : join(projectRoot, root);
  const path = given ?? join(folder, nameOf(owner));
  const made = await mkdir(path, { recursive: true, mode: 0o700 });
  return { folder: await realpath(path), isNew: made !== undefined };
}

/** Removes what an owner has. */
export async function forgetFolder(owner: string, folder: string): Promise<void> {
  await rm(join(folder, nameOf(owner)), { recursive: true, force: true });
}

/** Removes what others than these owners have. */
export async function keepFolders(owners: () => Promise<readonly string[]>, folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  if (names.length === 0) return;
  const kept = new Set((await owners()).map(nameOf));
  for (const name of names)
    if (!kept.has(name)) await rm(join(folder, name), { recursive: true, force: true });
}

/** A name that no two owners share and that is no path, whatever their names are. */
function nameOf(owner: string): string {
  if (/^[A-Za-z0-9_-][A-Za-z0-9_.%-]{0,119}$/.test(owner)) return owner;
  return `h-${createHash('sha256').update(owner).digest('hex')}`;
}
