import { readFileSync, readdirSync, statSync } from 'node:fs';

/** What stands at an absolute path: a file, a folder, or nothing that can be used. */
export function onDisk(path: string): 'file' | 'folder' | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  if (stats.isFile()) return 'file';
  return stats.isDirectory() ? 'folder' : undefined;
}

/** The text of a file, or undefined when there is none that can be read. */
export function textOnDisk(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** The names in a folder; empty when there is no such folder. */
export function namesOnDisk(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
