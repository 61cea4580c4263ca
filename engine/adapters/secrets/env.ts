import { resolve } from 'node:path';
import { Problem } from '../../core/problem.ts';
import { choices } from '../../core/suggest.ts';
import type { Secrets } from '../../ports/secrets.ts';
import type { Settings } from '../../program/program.ts';
import { readSecretFile } from './secret-file.ts';

/** Where declared secrets are looked for. */
export interface EnvSecretsOptions {
  readonly declared: Settings['secrets'];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder that relative secret files belong to; default the current folder. */
  readonly root?: string;
  /** Values from elsewhere, which win; default none. */
  readonly given?: ReadonlyMap<string, string>;
}

/**
 * Secrets from environment variables and files, read once, here. What is given wins, then the variable, then the file; newlines at the
 * end of a file are not part of the secret; an empty variable, an empty file or a missing file leaves the secret unset.
 * `get` throws Problem `missing_secret` for a name that is not declared, and for a file that is there but cannot be read or can be
 * written by everybody.
 */
export function createEnvSecrets(options: EnvSecretsOptions): Secrets {
  const warnings: string[] = [];
  const found = new Map(
    Object.entries(options.declared).map(
      ([name, source]) => [name, options.given?.get(name) || find(name, source, options, warnings)] as const,
    ),
  );
  const values = [...found.values()].filter((value) => typeof value === 'string');
  return {
    get: (name) => {
      const value = found.get(name);
      if (value instanceof Problem) throw value;
      if (value === undefined && !found.has(name)) {
        throw new Problem(
          'missing_secret',
          `secret "${name}" is not declared in the config${choices(name, found.keys())}`,
          { details: { secret: name } },
        );
      }
      return value;
    },
    values: () => values,
    warnings,
  };
}

function find(
  name: string,
  source: Settings['secrets'][string],
  options: EnvSecretsOptions,
  warnings: string[],
): string | Problem | undefined {
  const variable = source.env === undefined ? undefined : options.env[source.env];
  if (variable) return variable;
  if (source.file === undefined) return undefined;
  const read = readSecretFile(resolve(options.root ?? '.', source.file));
  if (read.fault !== undefined) {
    const message = `secret "${name}" cannot be read from its file "${source.file}"${read.fault}`;
    warnings.push(message);
    return new Problem('missing_secret', message, {
      details: { secret: name, file: source.file },
      cause: read.cause,
    });
  }
  if (read.isOpen)
    warnings.push(`the file "${source.file}" of secret "${name}" can be read by every user; chmod 600 it`);
  return read.value;
}
