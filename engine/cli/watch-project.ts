import { basename, join, relative } from 'node:path';
import { watch } from 'chokidar';
import type { Compiler } from '../compiler.ts';
import { formatDuration } from '../core/duration.ts';
import { exitCodes } from './exit-codes.ts';
import { watchInterrupts } from './interrupt.ts';
import { count } from './report/summary.ts';
import { reportFailure } from './report/failure.ts';
import type { Terminal } from './terminal.ts';

/** How long no file must change before the project is looked at: editors write a file in several steps. */
const quietMs = 20;

/** Folders that hold nothing of a project, by name. */
const otherFolders = /(?:^|[/\\])(?:node_modules|\.git|\.engine[/\\]data)(?:[/\\]|$)/;

/** Files that editors write beside the one that is saved. */
const isTemporary = /^\.(?!engine|agents|claude)|~$/;

/**
 * Calls `check` at once and after every change below the project folder, one call at a time, until the command is interrupted. A check
 * that throws is reported and does not end the watch.
 * @returns the exit code: 0 after an interrupt.
 */
export async function watchProject(
  { folder }: Compiler,
  terminal: Terminal,
  check: (started: number) => Promise<unknown>,
): Promise<number> {
  const { out, err } = terminal;
  const interrupt = watchInterrupts(['SIGINT', 'SIGTERM']);
  const changed = new Set<string>();
  let wake = (): void => undefined;
  const watcher = watch(folder, {
    ignoreInitial: true,
    ignored: (path) => otherFolders.test(relative(folder, path)),
  });
  const note = (path: string): void => {
    if (otherFolders.test(relative(folder, path))) return;
    changed.add(relative(folder, path).replaceAll('\\', '/') || '.');
    wake();
  };
  watcher.on('all', (_event, path) => note(path));
  // Of two changes of a file within 50 ms only the first is an event of the watcher; the second must not go unseen.
  watcher.on('raw', (_event, name, details: unknown) => {
    const { watchedPath = folder } = details as { readonly watchedPath?: string };
    const path = basename(watchedPath) === name ? watchedPath : join(watchedPath, name ?? '');
    if (!isTemporary.test(basename(path))) note(path);
  });
  watcher.on('error', (thrown) => err.line(`the folder cannot be watched: ${String(thrown)}`));
  interrupt.signal.addEventListener('abort', () => wake());
  try {
    await new Promise<void>((resolve) => watcher.once('ready', resolve));
    for (let isFirst = true; !interrupt.signal.aborted; isFirst = false) {
      const files = [...changed].sort();
      changed.clear();
      if (out.isTerminal && !isFirst) out.write('\u001b[2J\u001b[3J\u001b[H');
      if (!isFirst) err.line(err.colors.dim(`${namesOf(files)} changed`));
      const started = performance.now();
      try {
        await check(started);
      } catch (thrown) {
        reportFailure(thrown, terminal);
      }
      err.line(
        err.colors.dim(
          `checked in ${formatDuration(performance.now() - started)}; waiting for changes, Ctrl-C ends`,
        ),
      );
      await nextChange();
    }
    return exitCodes.ok;
  } finally {
    interrupt.release();
    await watcher.close();
  }

  async function nextChange(): Promise<void> {
    while (changed.size === 0 && !interrupt.signal.aborted) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    for (let before = -1; before !== changed.size && !interrupt.signal.aborted;) {
      before = changed.size;
      await new Promise((resolve) => setTimeout(resolve, quietMs));
    }
  }
}

function namesOf(files: readonly string[]): string {
  const names = files.slice(0, 3).map((file) => `"${file}"`);
  return files.length <= 3 ? names.join(', ') : `${names.join(', ')} and ${count(files.length - 3, 'other')}`;
}
