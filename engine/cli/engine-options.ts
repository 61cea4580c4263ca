import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { Option } from 'commander';
import type { Engine } from '../api.ts';
import { Problem } from '../core/problem.ts';
import { addText } from './declare.ts';
import type { Terminal } from './terminal.ts';

/** Options of commands whose work needs secrets. */
export interface EnvFromOptions {
  readonly envFrom?: readonly string[];
}

/** The option `--env-from`; Node takes `--env-file` for itself, wherever it stands. No such file is read unless it is named. */
export function envFromOption(): Option {
  return new Option(
    '--env-from <file>',
    'read environment variables from this file too; those that are set already win; may be repeated, the later file wins',
  ).argParser(addText);
}

/** The environment of the engine. Throws Problem `invalid_request` for a file that cannot be read. */
export function envOf({ envFrom }: EnvFromOptions): {
  readonly env?: Readonly<Record<string, string | undefined>>;
} {
  if (envFrom === undefined) return {};
  return { env: { ...Object.assign({}, ...envFrom.map(readEnv)), ...process.env } };
}

function readEnv(file: string): ReturnType<typeof parseEnv> {
  try {
    return parseEnv(readFileSync(file, 'utf8'));
  } catch (thrown) {
    throw new Problem('invalid_request', `the file "${file}" of --env-from cannot be read`, {
      cause: thrown,
    });
  }
}

/** Tells what an operator should know of secrets, by names only, and keeps their values out of what is written to stderr. */
export function watchSecrets(
  { secrets, redact }: Engine,
  terminal: Terminal,
  tellMissing = false,
  warn = (text: string): void => terminal.err.line(`${terminal.err.colors.yellow('warning')}: ${text}`),
): void {
  terminal.hide?.(redact);
  for (const warning of secrets.warnings) warn(warning);
  if (tellMissing && secrets.missing.length > 0) {
    const names = secrets.missing.map((name) => `"${name}"`).join(', ');
    warn(`secrets that are not set: ${names}; what needs them will fail`);
  }
}
