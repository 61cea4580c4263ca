// Tests what needs packages that are no dependencies: installs them into node_modules/.optional, which no lock file knows, and runs
// test/optional, or the files that are named. Does nothing, successfully, where they cannot be installed; `--required` makes that a failure.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const packages = {
  deepagents: '1.14.1',
  langchain: '1.5.14',
  '@langchain/core': '1.4.0',
  '@pydantic/monty': '0.0.18',
  e2b: '2.51.0',
  '@runloop/api-client': '1.32.0',
  '@daytona/sdk': '0.216.0',
  // A later version of this name is another package.
  modal: '0.11.1',
};

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'node_modules', '.optional');

if (!isInstalled() && !install()) {
  console.log('the optional packages cannot be installed; their tests are left out');
  process.exit(process.argv.includes('--required') ? 1 : 0);
}
const files = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const { status } = spawnSync(
  process.execPath,
  [
    join(root, 'node_modules', 'mocha', 'bin', 'mocha.js'),
    // Most of it waits for services and processes, each file for its own.
    ...(files.length > 0 ? files : ['--parallel', '--jobs', '4', 'test/optional/**/*.optional.ts']),
  ],
  { cwd: root, stdio: 'inherit', env: { ...process.env, ENGINE_OPTIONAL: folder } },
);
process.exit(status ?? 1);

function isInstalled() {
  return Object.entries(packages).every(([name, version]) => {
    const file = join(folder, 'node_modules', name, 'package.json');
    return existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).version === version;
  });
}

function install() {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: packages }));
  const flags = [
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--no-package-lock',
    '--loglevel=error',
    '--prefer-offline',
    '--fetch-retries=0',
  ];
  const { status } = spawnSync('npm', ['install', ...flags], {
    cwd: folder,
    stdio: 'inherit',
    timeout: 300_000,
  });
  return status === 0 && isInstalled();
}
