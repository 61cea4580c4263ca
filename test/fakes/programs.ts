import { join } from 'node:path';
import { build } from 'esbuild';
import { keptBuild, newestOf, root } from './kept-build.ts';

/** Programs of tests that work with the engine in a process of their own. */
const programs = {
  child: 'test/engine/child.ts',
  victim: 'test/engine/kills/victim.ts',
  'full-disk': 'test/engine/ac/full-disk.ts',
  'store-child': 'test/adapters/store/child.ts',
  'migrating-child': 'test/adapters/store/migrating-child.ts',
  'hold-command': 'test/adapters/sandbox/hold-command.ts',
  checker: 'test/regressions/hostile/checker.ts',
};

/**
 * A program with all of the engine that it needs, in JavaScript: a process that runs it is at work ten times sooner than one that reads
 * the sources, and hundreds are started.
 */
export async function builtProgram(name: keyof typeof programs): Promise<string> {
  return join(await (made ??= buildAll()), 'engine/programs', `${name}.js`);
}

let made: Promise<string> | undefined;

function buildAll(): Promise<string> {
  const newest = newestOf('engine', 'test/fakes/programs.ts', ...Object.values(programs));
  return keptBuild('programs', newest, (folder) =>
    build({
      absWorkingDir: root,
      entryPoints: programs,
      // The engine finds its schemas and specs two folders above its own code.
      outdir: join(folder, 'engine/programs'),
      bundle: true,
      splitting: true,
      platform: 'node',
      format: 'esm',
      banner: { js: "const require = process.getBuiltinModule('module').createRequire(import.meta.url);" },
      minifyWhitespace: true,
      logLevel: 'error',
      plugins: [
        {
          name: 'packages',
          // What is imported when it is used stays where it is, as native code does, and what a package only tries to find.
          setup: (bundler) =>
            bundler.onResolve({ filter: /^[^./]/ }, ({ kind, path }) =>
              kind === 'dynamic-import' || ['sqlite3', 'bufferutil', 'utf-8-validate'].includes(path)
                ? { path, external: true }
                : undefined,
            ),
        },
      ],
    }),
  );
}
