import { statSync } from 'node:fs';
import { unavailable } from './sqlite-problems.ts';

/**
 * Gives what throws Problem `store_unavailable` as long as one of a store's files, its lock among them, is not the one that was at its
 * path when this was called. A file that is removed or replaced goes on to take what is written by who has it open, and is gone with it.
 */
export function stillThere(store: string, paths: readonly string[]): () => void {
  const first = paths.map((path) => placeOf(path));
  return () => {
    // Synchronous: a few microseconds a commit, where a turn of the thread pool costs many times that.
    const gone = paths.find((path, index) => placeOf(path) !== first[index]);
    if (gone === undefined) return;
    const what = gone === store ? 'its file' : `"${gone}"`;
    throw unavailable(
      store,
      `${what} was removed or replaced while it was open; put it back, or stop the engine and start it on what is there`,
    );
  };
}

/** Which file is at a path; undefined when none is. */
function placeOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found && `${found.dev} ${found.ino}`;
}
