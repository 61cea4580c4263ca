import type { InMemoryFs } from 'just-bash';
import type { SandboxSnapshot } from '../../ports/sandbox.ts';
import type { Sandbox as SandboxSpec } from '../../program/sandbox.ts';
import { putBack } from './put-back.ts';
import { isInside, mountOf } from './virtual-path.ts';

/** The workspace's own files, base64 by absolute path; an empty folder is a path that ends in `/`. Links are left out. */
export async function takeSnapshot(files: InMemoryFs, spec: SandboxSpec): Promise<SandboxSnapshot> {
  const snapshot: Record<string, string> = {};
  for (const path of files.getAllPaths().sort()) {
    if (path === spec.workspace || !isInside(spec.workspace, path) || mountOf(spec, path) !== undefined)
      continue;
    try {
      const stat = await files.lstat(path);
      if (stat.isFile) snapshot[path] = Buffer.from(await files.readFileBuffer(path)).toString('base64');
      else if (stat.isDirectory && (await files.readdir(path)).length === 0) snapshot[`${path}/`] = '';
    } catch (thrown) {
      // A command that runs meanwhile may remove it.
      if (await files.exists(path)) throw thrown;
    }
  }
  return snapshot;
}

/** Puts a snapshot back into memory; paths that are not the workspace's own are skipped. */
export async function restoreSnapshot(
  files: InMemoryFs,
  spec: SandboxSpec,
  snapshot: SandboxSnapshot,
): Promise<void> {
  await putBack(
    {
      writeFile: (path, content) => files.writeFile(path, content),
      makeFolder: (path) => files.mkdir(path, { recursive: true }),
    },
    spec,
    snapshot,
  );
}
