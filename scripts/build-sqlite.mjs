// Makes the native part of sqlite3: its published binary where that can be fetched, else compiled with the headers that came
// with this Node, so that nothing but the package registry is needed. The package's own install script would fetch headers too,
// and fails where it cannot; hence `allowScripts` in package.json keeps npm from running it here.
import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'node_modules', 'sqlite3');

if (existsSync(folder) && !works()) {
  const prefix = dirname(dirname(process.execPath));
  const headers = existsSync(join(prefix, 'include', 'node', 'node.h')) ? { npm_config_nodedir: prefix } : {};
  process.stderr.write('prepare: making the native part of sqlite3, which may take a minute or two\n');
  if (!run('prebuild-install', ['-r', 'napi'], {}) || !works()) run('node-gyp', ['rebuild'], headers);
  if (!works()) {
    process.stderr.write('prepare: sqlite3 could not be made; it needs Python 3, make and a C++ compiler\n');
    process.exitCode = 1;
  }
}

/** Tried in a process of its own: a binary of another machine may do worse than throw. */
function works() {
  return (
    spawnSync(process.execPath, ['-e', `require(${JSON.stringify(folder)})`], { stdio: 'ignore' }).status ===
    0
  );
}

function run(command, args, env) {
  const bin = join(root, 'node_modules', '.bin', command);
  const result = spawnSync(process.execPath, [realpathSync(bin), ...args], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  if (result.status !== 0 && command === 'node-gyp') process.stderr.write(result.stderr);
  return result.status === 0;
}
