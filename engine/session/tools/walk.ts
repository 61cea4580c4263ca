import { Problem } from '../../core/problem.ts';
import type { FileInfo, Sandbox } from '../../ports/sandbox.ts';

/** Folders that are not looked into unless the walk starts there. */
const skipped = new Set(['.git', 'node_modules']);

/** Entries looked at in one walk. */
const maxEntries = 50_000;

/**
 * The files below a folder, or the one file, in the order of their paths. Special entries and links to folders are left out.
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
    // A link to a folder leads to files that are found elsewhere, or round in a circle.
    if (entry.link === true && entry !== start) continue;
    const entries = await listed(sandbox, entry, start);
    waiting.push(...entries.filter((child) => !skipped.has(nameOf(child))).reverse());
  }
}

/** The entries of a folder; one that went away or may not be looked into, below the first, is no reason to find nothing. */
async function listed(sandbox: Sandbox, entry: FileInfo, start: FileInfo): Promise<readonly FileInfo[]> {
  try {
    return await sandbox.list(entry.path);
  } catch (thrown) {
    if (entry === start) throw thrown;
    return [];
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
