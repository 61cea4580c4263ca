// Builds dist/ from an empty folder: the types of engine/, its code, and an executable command.
import { spawnSync } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const tsc = createRequire(import.meta.url).resolve('typescript/lib/tsc.js');

rmSync(dist, { recursive: true, force: true });
const typed = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
if (typed.status !== 0) process.exit(typed.status ?? 1);
await bundle(dist);
chmodSync(join(dist, 'cli/main.js'), 0o755);
