import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * The arguments of Node that run the command `engine`: what is built when it is newer than every source, else what is built of the
 * sources now, and kept beside the packages until a source changes. ENGINE_CLI names another built `main.js`.
 */
export const engineCommand: readonly string[] = [await commandOf(process.env['ENGINE_CLI'])];

async function commandOf(named: string | undefined): Promise<string> {
  if (named !== undefined) return resolve(named);
  const built = join(root, 'dist/cli/main.js');
  const newest = newestSource();
  if (existsSync(built) && newest < statSync(built).mtimeMs) return built;
  const kept = join(root, 'node_modules/.cache/engine-tests');
  const place = join(kept, newest.toFixed());
  if (!existsSync(place)) await buildInto(kept, place);
  return join(place, 'dist/cli/main.js');
}

/** When a source was changed last. */
function newestSource(): number {
  const sources = join(root, 'engine');
  const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).map((file) =>
    join(sources, file),
  );
  return Math.max(...[...files, join(root, 'scripts/bundle.mjs')].map((file) => statSync(file).mtimeMs));
}

/** Builds into a folder that appears whole: other processes of the tests may want it at the same moment. */
async function buildInto(kept: string, place: string): Promise<void> {
  const made = `${place}.${process.pid}`;
  mkdirSync(made, { recursive: true });
  // The engine finds its schemas and specs beside its code.
  for (const name of ['schema', 'specs', 'package.json']) symlinkSync(join(root, name), join(made, name));
  const { bundle } = (await import(pathToFileURL(join(root, 'scripts/bundle.mjs')).href)) as {
    bundle(outdir: string): Promise<void>;
  };
  await bundle(join(made, 'dist'));
  try {
    renameSync(made, place);
  } catch {
    rmSync(made, { recursive: true, force: true });
  }
  const hourAgo = Date.now() - 3_600_000;
  for (const name of readdirSync(kept)) {
    const old = join(kept, name);
    if (old !== place && statSync(old).mtimeMs < hourAgo) rmSync(old, { recursive: true, force: true });
  }
}
