import { Problem } from '../../core/problem.ts';
import type { FileInfo, Sandbox } from '../../ports/sandbox.ts';

/** Folders that are not looked into unless the walk starts there. */
const skipped = new Set(['.git', 'node_modules']);

/** Entries looked at in one walk. */
const maxEntries = 50_000;

/**
 * The files below a folder, or the one file, in the order of their paths. Links and other special entries are left out.
 * @param turn called for every entry; see `createPace`.
 */
export async function* walk(
  sandbox: Sandbox,
  path: string,
  turn: () => Promise<void>,
): AsyncGenerator<FileInfo, void, void> {
  const start = await sandbox.stat(path);
  if (start === undefined)
    throw new Problem('tool_failed', `there is no file or folder ${JSON.stringify(path)}`);
  const waiting: FileInfo[] = [start];
  let seen = 0;
  for (let entry = waiting.pop(); entry !== undefined; entry = waiting.pop()) {
    await turn();
    seen += 1;
    if (seen > maxEntries) {
      throw new Problem('tool_failed', `more than ${maxEntries} entries; search a smaller folder`);
    }
    if (entry.kind === 'file') yield entry;
    if (entry.kind !== 'folder') continue;
    const entries = await sandbox.list(entry.path);
    waiting.push(...entries.filter((child) => !skipped.has(nameOf(child))).reverse());
  }
}

/** A path relative to a folder that holds it. */
export function relativeTo(folder: string, path: string): string {
  const prefix = folder.endsWith('/') ? folder : `${folder}/`;
  return path.startsWith(prefix) ? path.slice(prefix.length) : path;
}

function nameOf(entry: FileInfo): string {
  return entry.path.slice(entry.path.lastIndexOf('/') + 1);
}
