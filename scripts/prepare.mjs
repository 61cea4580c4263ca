// After an install: builds dist/ when the compiler is there. An install without devDependencies has none,
// and needs none, so it is left alone.
import { createRequire } from 'node:module';

try {
  createRequire(import.meta.url).resolve('typescript/lib/tsc.js');
} catch {
  process.stderr.write('prepare: skipped, the compiler is not installed\n');
  process.exit(0);
}
await import('./build.mjs');
