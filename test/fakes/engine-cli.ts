import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * The arguments of Node that run the command `engine`: what is built when it is newer than every source, since it starts three times
 * sooner, else the sources. ENGINE_CLI names another built `main.js`.
 */
export const engineCommand: readonly string[] = commandOf(process.env['ENGINE_CLI']);

function commandOf(named: string | undefined): readonly string[] {
  if (named !== undefined) return [resolve(named)];
  const built = join(root, 'dist/cli/main.js');
  return isFresh(built)
    ? [built]
    : ['--import', import.meta.resolve('tsx'), join(root, 'engine/cli/main.ts')];
}

function isFresh(built: string): boolean {
  if (!existsSync(built)) return false;
  const time = statSync(built).mtimeMs;
  const sources = join(root, 'engine');
  return readdirSync(sources, { recursive: true, encoding: 'utf8' }).every(
    (file) => statSync(join(sources, file)).mtimeMs < time,
  );
}
