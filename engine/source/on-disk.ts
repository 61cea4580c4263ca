import { readFileSync, readdirSync, statSync } from 'node:fs';

/** How the files beside the specs are seen. */
export interface Beside {
  readonly kindOf: typeof onDisk;
  readonly textOf: typeof textOnDisk;
  readonly namesIn: typeof namesOnDisk;
}

/** What stands at an absolute path: a file, a folder, or nothing that can be used. */
export function onDisk(path: string): 'file' | 'folder' | undefined {
  return beside.kindOf(path);
}

/** The text of a file, or undefined when there is none that can be read. */
export function textOnDisk(path: string): string | undefined {
  return beside.textOf(path);
}

/** The names in a folder; empty when there is no such folder. */
export function namesOnDisk(path: string): readonly string[] {
  return beside.namesIn(path);
}

/** The files as they are. */
export const realFiles: Beside = {
  kindOf(path) {
    try {
      const stats = statSync(path);
      if (stats.isFile()) return 'file';
      return stats.isDirectory() ? 'folder' : undefined;
    } catch {
      return undefined;
    }
  },
  textOf(path) {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return undefined;
    }
  },
  namesIn(path) {
    try {
      return readdirSync(path);
    } catch {
      return [];
    }
  },
};

/** Does work that does not wait, which sees the files in another way. */
export function seeing<T>(other: Beside, work: () => T): T {
  const before = beside;
  beside = other;
  try {
    return work();
  } finally {
    beside = before;
  }
}

let beside: Beside = realFiles;
