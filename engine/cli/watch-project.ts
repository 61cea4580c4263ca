import type { Compiler } from '../compiler.ts';
import { formatDuration } from '../core/duration.ts';
import { exitCodes } from './exit-codes.ts';
import { endingSignals } from './hang-up.ts';
import { watchInterrupts } from './interrupt.ts';
import { count } from './report/summary.ts';
import { reportFailure } from './report/failure.ts';
import type { Terminal } from './terminal.ts';
import { watchFolder } from './watch-folder.ts';

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
  const interrupt = watchInterrupts(endingSignals());
  const { signal } = interrupt;
  const onError = (thrown: unknown): void => err.line(`the folder cannot be watched: ${String(thrown)}`);
  try {
    await watchFolder(folder, { signal, onError }, async (changes) => {
      if (out.isTerminal && changes !== undefined) out.write('\u001b[2J\u001b[3J\u001b[H');
      if (changes !== undefined) err.line(err.colors.dim(`${namesOf(changes.files)} changed`));
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
    });
    return exitCodes.ok;
  } finally {
    interrupt.release();
  }
}

/** Files for people: the first three, and how many more. */
export function namesOf(files: readonly string[]): string {
  const names = files.slice(0, 3).map((file) => `"${file}"`);
  return files.length <= 3 ? names.join(', ') : `${names.join(', ')} and ${count(files.length - 3, 'other')}`;
}
