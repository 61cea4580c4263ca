import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Problem } from '../../../core/problem.ts';

/** The version that was tried, and the only one that is used: its interface changes with each. */
export const montyVersion = '0.0.18';

/** The command that installs what the runner needs beside the engine. */
export const installCommand = `npm install --save-exact @pydantic/monty@${montyVersion}`;

/**
 * Path of the package's module, as a project has it installed, else as the engine has. Loads nothing.
 * Throws Problem `not_available` with the command that installs it.
 */
export function findMonty(root: string): string {
  for (const from of [join(root, 'package.json'), import.meta.url]) {
    const entry = resolveFrom(from);
    if (entry === undefined) continue;
    const version = versionOf(entry);
    if (version === montyVersion) return entry;
    throw new Problem(
      'not_available',
      `Python cannot be run: @pydantic/monty ${version} is installed, and this version of the engine works with ${montyVersion}; run: ${installCommand}`,
    );
  }
  throw new Problem(
    'not_available',
    `Python cannot be run: @pydantic/monty is not installed; run: ${installCommand}`,
  );
}

function resolveFrom(from: string): string | undefined {
  try {
    return createRequire(from).resolve('@pydantic/monty');
  } catch {
    // It may be installed with the engine instead.
    return undefined;
  }
}

function versionOf(entry: string): string {
  const { version } = JSON.parse(readFileSync(join(dirname(entry), 'package.json'), 'utf8')) as {
    version?: unknown;
  };
  return String(version);
}
