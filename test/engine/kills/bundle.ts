import { mkdirSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../../fakes/project.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/**
 * A program of these tests with all of the engine it needs, in one file of JavaScript: a process that runs it is at work four times
 * sooner, and hundreds are started. The file goes when this process ends.
 */
export async function bundleOf(entry: string): Promise<string> {
  const folder = temporaryFolder();
  // The engine finds its schemas and specs two folders above its own code.
  for (const name of ['schema', 'specs', 'node_modules', 'package.json'])
    symlinkSync(join(root, name), join(folder, name));
  const place = join(folder, 'engine/bundle');
  mkdirSync(place, { recursive: true });
  const outfile = join(place, 'program.mjs');
  await esbuild().build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
  });
  return outfile;
}

interface Esbuild {
  build(options: Readonly<Record<string, unknown>>): Promise<unknown>;
}

/** The one that runs the tests too. */
function esbuild(): Esbuild {
  const tsx = createRequire(import.meta.url).resolve('tsx');
  return createRequire(tsx)('esbuild') as Esbuild;
}
