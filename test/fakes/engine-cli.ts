import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { keptBuild, newestOf, root } from './kept-build.ts';

/**
 * The arguments of Node that run the command `engine`: what is built when it is newer than every source, else what is built of the
 * sources now. ENGINE_CLI names another built `main.js`.
 */
export const engineCommand: readonly string[] = [await commandOf(process.env['ENGINE_CLI'])];

async function commandOf(named: string | undefined): Promise<string> {
  if (named !== undefined) return resolve(named);
  const built = join(root, 'dist/cli/main.js');
  const newest = newestOf('engine', 'scripts');
  if (existsSync(built) && newest < statSync(built).mtimeMs) return built;
  const { bundle } = (await import(pathToFileURL(join(root, 'scripts/bundle.mjs')).href)) as {
    bundle(outdir: string): Promise<void>;
  };
  const place = await keptBuild('command', newest, (folder) => bundle(join(folder, 'dist')));
  return join(place, 'dist/cli/main.js');
}
