import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Problem } from '../../../core/problem.ts';

/** A package that a sandbox type needs beside the engine. */
export interface Sdk {
  readonly module: string;
  /** The version that was tried. */
  readonly version: string;
  /** Whether no other one will do; else a later one of the same major version will. */
  readonly isExact: boolean;
}

/**
 * Loads the package of a service as a project has it installed, else as the engine has.
 * Throws Problem `not_available` with the command that installs it.
 */
export function loadSdk(type: string, sdk: Sdk, root: string): unknown {
  const cure = `run: npm install --save-exact ${sdk.module}@${sdk.version}`;
  for (const from of [join(root, 'package.json'), import.meta.url]) {
    const need = createRequire(from);
    const entry = resolved(need, sdk.module);
    if (entry === undefined) continue;
    const version = versionOf(entry, sdk.module);
    if (!fits(version, sdk))
      throw new Problem(
        'not_available',
        `sandbox type "${type}": ${sdk.module} ${version} is installed, and this version of the engine works with ${sdk.version}; ${cure}`,
      );
    try {
      return need(sdk.module);
    } catch (thrown) {
      const message = thrown instanceof Error ? thrown.message.split('\n')[0] : String(thrown);
      throw new Problem('not_available', `sandbox type "${type}" cannot be loaded: ${message}; ${cure}`, {
        cause: thrown,
      });
    }
  }
  throw new Problem(
    'not_available',
    `sandbox type "${type}" needs ${sdk.module}, which is not installed; ${cure}`,
  );
}

function resolved(need: NodeJS.Require, module: string): string | undefined {
  try {
    return need.resolve(module);
  } catch {
    // It may be installed with the engine instead.
    return undefined;
  }
}

/** The version in the `package.json` above the module. */
function versionOf(entry: string, module: string): string {
  for (let folder = dirname(entry); folder !== dirname(folder); folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (!existsSync(file)) continue;
    const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string };
    if (name === module && version !== undefined) return version;
  }
  return 'of an unknown version';
}

function fits(version: string, { version: wanted, isExact }: Sdk): boolean {
  if (isExact) return version === wanted;
  const [is, least] = [version, wanted].map((text) =>
    text.split('.').map((part) => Number.parseInt(part, 10)),
  );
  const [major = -1, minor = -1, patch = -1] = is ?? [];
  const [wantedMajor = 0, wantedMinor = 0, wantedPatch = 0] = least ?? [];
  if (major !== wantedMajor) return false;
  return minor > wantedMinor || (minor === wantedMinor && patch >= wantedPatch);
}
