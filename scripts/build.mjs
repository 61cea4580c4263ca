// Compiles engine/ into dist/, from an empty folder, and makes the command executable.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const tsc = createRequire(import.meta.url).resolve('typescript/lib/tsc.js');
const command = `${root}dist/cli/main.js`;

rmSync(`${root}dist`, { recursive: true, force: true });
const built = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
if (built.status === 0 && existsSync(command)) chmodSync(command, 0o755);
if (built.status !== 0) process.exitCode = built.status ?? 1;
