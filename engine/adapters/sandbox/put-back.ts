import type { SandboxSnapshot } from '../../ports/sandbox.ts';
import type { Sandbox as SandboxSpec } from '../../program/sandbox.ts';
import type { HostFiles } from './host-files.ts';
import { isInside, mountOf, normalise } from './virtual-path.ts';

/** Writes the files of a snapshot; paths that are not the workspace's own are skipped. */
export async function putBack(
  files: Pick<HostFiles, 'writeFile' | 'makeFolder'>,
  spec: SandboxSpec,
  snapshot: SandboxSnapshot,
): Promise<void> {
  for (const [key, content] of Object.entries(snapshot)) {
    const path = normalise(key);
    if (path === undefined || !isInside(spec.workspace, path) || mountOf(spec, path) !== undefined) continue;
    if (key.endsWith('/')) await files.makeFolder(path);
    else await files.writeFile(path, Buffer.from(content, 'base64'));
  }
}
