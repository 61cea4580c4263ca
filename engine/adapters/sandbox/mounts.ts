import { realpath, stat } from 'node:fs/promises';
import { relative, isAbsolute } from 'node:path';
import type { IFileSystem, InMemoryFs, MountableFs } from 'just-bash';
import { Problem } from '../../core/problem.ts';
import type { Sandbox as SandboxSpec } from '../../program/sandbox.ts';
import type { Shell } from './shell.ts';

/**
 * The in-memory file system with the spec's project folders on top. The host is only written through a mount that says `write`
 * in a sandbox that says `write`; links inside a mount are not followed.
 * Throws Problem `sandbox_failed` when a folder is missing, outside the project, or mounts overlap.
 */
export async function withMounts(
  shell: Shell,
  base: InMemoryFs,
  spec: SandboxSpec,
  projectRoot: string,
): Promise<MountableFs> {
  const files = new shell.MountableFs({ base });
  for (const mount of spec.mounts) {
    const root = await projectFolder(mount.from, projectRoot);
    try {
      files.mount(mount.to, openFolder(shell, root, mount.write && spec.write, spec.limits.fileBytes));
    } catch (thrown) {
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      throw new Problem('sandbox_failed', `cannot mount "${mount.from}" at "${mount.to}": ${reason}`, {
        cause: thrown,
      });
    }
  }
  return files;
}

function openFolder(shell: Shell, root: string, write: boolean, maxFileReadSize: number): IFileSystem {
  return write
    ? new shell.ReadWriteFs({ root, maxFileReadSize })
    : new shell.OverlayFs({ root, mountPoint: '/', readOnly: true, maxFileReadSize });
}

/** Folder of a mount without links. Throws Problem `sandbox_failed` when it is missing or outside the project. */
export async function projectFolder(from: string, projectRoot: string): Promise<string> {
  const info = await stat(from).catch(() => undefined);
  if (!info?.isDirectory()) throw new Problem('sandbox_failed', `there is no folder "${from}" to mount`);
  const folder = await realpath(from);
  const inside = relative(await realpath(projectRoot), folder);
  if (inside === '..' || inside.startsWith('../') || inside.startsWith('..\\') || isAbsolute(inside)) {
    throw new Problem('sandbox_failed', `mount "${from}" is outside the project folder`);
  }
  return folder;
}
