// After an install: makes the native part of sqlite3, and builds dist/ when what the build needs is there. An install without devDependencies lacks
// it (the compiler alone may be there, as a peer of a dependency), has no use for it, and is left alone.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { devDependencies } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
const needed = Object.keys(devDependencies).filter(
  (name) => name === 'typescript' || name === 'esbuild' || name.startsWith('@types/'),
);
const missing = needed.filter((name) => !existsSync(`${root}node_modules/${name}/package.json`));

await import('./build-sqlite.mjs');
if (missing.length === 0) await import('./build.mjs');
else process.stderr.write(`prepare: skipped, ${missing[0]} is not installed\n`);
