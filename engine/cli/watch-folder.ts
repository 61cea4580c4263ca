import { stat } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { watch, type FSWatcher } from 'chokidar';

/** How long no file must change before the project is looked at: editors write a file in several steps. */
const quietMs = 20;

/** How often a folder that is away is looked for. */
const awayMs = 200;

/** Folders that hold nothing of a project, by name. */
const otherFolders = /(?:^|[/\\])(?:node_modules|\.git|\.engine[/\\]data)(?:[/\\]|$)/;

/** Files that editors write beside the one that is saved. */
const isTemporary = /^\.(?!engine|agents|claude)|~$/;

/** What changed in a folder. */
export interface Changes {
  /** Paths from the folder, with forward slashes, sorted. */
  readonly files: readonly string[];
  /** When the first of them was seen, as `performance.now()` tells it. */
  readonly since: number;
}

/**
 * Calls `look` at once, with no changes, and after every change below a folder, one call at a time, until the signal aborts. What
 * `look` throws ends it. A folder that goes away is waited for.
 * @param options.ignores tells paths (absolute) that do not count.
 */
export async function watchFolder(
  folder: string,
  {
    signal,
    onError,
    ignores = () => false,
  }: {
    readonly signal: AbortSignal;
    readonly onError: (thrown: unknown) => void;
    readonly ignores?: (path: string) => boolean;
  },
  look: (changes: Changes | undefined) => Promise<void>,
): Promise<void> {
  const changed = new Set<string>();
  let since = 0;
  let wake = (): void => undefined;
  const isOther = (path: string): boolean => otherFolders.test(relative(folder, path)) || ignores(path);
  let isLost = false;
  const note = (path: string): void => {
    if (isOther(path)) return;
    if (changed.size === 0) since = performance.now();
    changed.add(relative(folder, path).replaceAll('\\', '/') || '.');
    wake();
  };
  let watcher = open();
  const stop = (): void => wake();
  signal.addEventListener('abort', stop);
  try {
    await isReady(watcher);
    await look(undefined);
    for (;;) {
      await nextChange();
      if (signal.aborted) return;
      const files = [...changed].sort();
      changed.clear();
      await look({ files, since });
      if (isLost) await findAgain();
    }
  } finally {
    signal.removeEventListener('abort', stop);
    await watcher.close();
  }

  function open(): FSWatcher {
    const opened = watch(folder, { ignoreInitial: true, ignored: isOther });
    opened.on('all', (event, path) => {
      if (event === 'unlinkDir' && path === folder) isLost = true;
      note(path);
    });
    // Of two changes of a file within 50 ms only the first is an event of the watcher; the second must not go unseen.
    opened.on('raw', (_event, name, details: unknown) => {
      const { watchedPath = folder } = details as { readonly watchedPath?: string };
      const path = basename(watchedPath) === name ? watchedPath : join(watchedPath, name ?? '');
      if (!isTemporary.test(basename(path))) note(path);
    });
    opened.on('error', onError);
    return opened;
  }

  /** Watches what stands where the folder was: who watched that hears nothing of it. */
  async function findAgain(): Promise<void> {
    while (!signal.aborted && !(await isThere(folder)))
      await new Promise((resolve) => setTimeout(resolve, awayMs));
    if (signal.aborted) return;
    await watcher.close();
    isLost = false;
    watcher = open();
    await isReady(watcher);
    note(folder);
  }

  async function nextChange(): Promise<void> {
    while (changed.size === 0 && !signal.aborted) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    for (let before = -1; before !== changed.size && !signal.aborted;) {
      before = changed.size;
      await new Promise((resolve) => setTimeout(resolve, quietMs));
    }
  }
}

function isReady(watcher: FSWatcher): Promise<void> {
  return new Promise((resolve) => watcher.once('ready', resolve));
}

function isThere(folder: string): Promise<boolean> {
  return stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
