import type { Sandbox, SandboxSnapshot } from '../../ports/sandbox.ts';

/**
 * The files of a workspace, base64 by absolute path; an empty folder is a path that ends in `/`. Links are left out, and so
 * is what may not be read.
 */
export async function allFiles(
  sandbox: Pick<Sandbox, 'spec' | 'list' | 'readFile'>,
  except: readonly string[],
): Promise<SandboxSnapshot> {
  const found: Record<string, string> = {};
  const walk = async (folder: string): Promise<void> => {
    const entries = await sandbox.list(folder);
    if (entries.length === 0 && folder !== sandbox.spec.workspace) found[`${folder}/`] = '';
    for (const { path, kind, link } of entries) {
      if (link === true || except.includes(path)) continue;
      if (kind === 'folder') await walk(path);
      else if (kind === 'file') {
        const content = await sandbox.readFile(path).catch(() => undefined);
        if (content !== undefined) found[path] = Buffer.from(content).toString('base64');
      }
    }
  };
  await walk(sandbox.spec.workspace);
  return found;
}
