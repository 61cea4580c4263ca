import { lstatSync } from 'node:fs';
import { quote } from './remote/quote.ts';
import { withPlace, type Tree } from './safe-place.ts';

/**
 * A command that begins only if these paths are what they are now: a path that leads elsewhere by the time it is put into a sandbox
 * leads to files that nobody was to see. What is looked at here is no link and in one of the trees.
 */
export async function whileTheSame(
  trees: readonly Tree[],
  paths: readonly string[],
  command: readonly [string, ...string[]],
): Promise<readonly [string, ...string[]]> {
  if (paths.length === 0) return command;
  const marks = await Promise.all(
    paths.map((path) =>
      withPlace(trees, path, { keepsLink: true }, ({ at }) => {
        const { dev, ino } = lstatSync(at, { bigint: true });
        return `${dev}:${ino}`;
      }),
    ),
  );
  const looked = `stat -c %d:%i -- ${paths.map(quote).join(' ')}`;
  const changed = 'echo "the workspace changed while the command began" >&2; exit 125';
  const test = `[ "$(${looked})" = ${quote(marks.join('\n'))} ] || { ${changed}; }; exec "$@"`;
  return ['/bin/sh', '-c', test, 'sh', ...command];
}
