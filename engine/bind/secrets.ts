import { createRequire } from 'node:module';
import { isAbsolute, join, relative } from 'node:path';
import { createEnvSecrets } from '../adapters/secrets/env.ts';
import { createModuleLoader } from '../adapters/tools/module-loader.ts';
import type { EngineOptions } from '../api.ts';
import { Problem } from '../core/problem.ts';
import { isHideable } from '../journal/index.ts';
import type { Secrets, SecretSource, SecretsReport } from '../ports/secrets.ts';
import type { Program } from '../program/program.ts';

/** Milliseconds that a source may take for all secrets. */
const patienceMs = 30_000;

/**
 * The secrets that a Program declares: of the source of the options, of the module of the config, of variables and files; the first one
 * that knows a name gives it. Who only looks imports no module and asks no source.
 * Throws Problem `invalid_project`: a module that holds no source; `missing_secret`: a source that fails.
 */
export async function openSecrets(program: Program, options: EngineOptions): Promise<Secrets> {
  const { env = process.env, ports, readOnly = false, secrets } = options;
  if (ports?.secrets !== undefined) return ports.secrets;
  const { settings, root } = program;
  const given = new Map<string, string>();
  if (!readOnly) {
    const names = Object.keys(settings.secrets);
    const module = settings.secretsModule;
    if (secrets !== undefined) await ask(secrets, names, given, 'the source of secrets');
    if (module !== undefined && given.size < names.length) {
      const shown = isAbsolute(module) ? relative(root, module) : module;
      await ask(await load(module, shown, root), names, given, `the source of secrets ${shown}`);
    }
  }
  return createEnvSecrets({ declared: settings.secrets, env, root, given });
}

/**
 * Work that needs a required secret would fail much later and far away.
 * Throws Problem `missing_secret`, which names all that are missing.
 */
export function requireSecrets(
  program: Program,
  secrets: Secrets,
  options: Pick<EngineOptions, 'replay'>,
): void {
  const missing = required(program, options).filter(([name]) => secrets.get(name) === undefined);
  const [first] = missing;
  if (first === undefined) return;
  const names = missing.map(([name]) => name);
  throw new Problem(
    'missing_secret',
    missing.length === 1
      ? `the secret "${first[0]}" is required; set ${placesOf(first[1])}`
      : `${missing.length} secrets are required: ${missing.map(([name, source]) => `"${name}" (${placesOf(source)})`).join(', ')}`,
    { details: names.length === 1 ? { secret: first[0] } : { secrets: names } },
  );
}

/**
 * The secrets of specs that work began on earlier. The project may have dropped some since, and the work may need them no more: what was
 * required and is missing is demanded when it is asked for. Its `get` throws Problem `missing_secret` then.
 */
export function secretsOfEarlier(
  program: Program,
  secrets: Secrets,
  options: Pick<EngineOptions, 'replay'>,
): Secrets {
  const demanded = new Map(required(program, options));
  const { warnings } = secrets;
  return {
    get(name) {
      const value = secrets.get(name);
      const source = demanded.get(name);
      if (value !== undefined || source === undefined) return value;
      throw new Problem(
        'missing_secret',
        `the secret "${name}" is not set, and the specs that this work began on require it, whatever the project says now; set ${placesOf(source)} until the work has ended`,
        { details: { secret: name } },
      );
    },
    values: () => secrets.values(),
    ...(warnings === undefined ? {} : { warnings }),
  };
}

/** Looks at the secrets of a Program. */
export function reportSecrets(program: Program, secrets: Secrets): SecretsReport {
  const values = Object.keys(program.settings.secrets).map((name) => [name, valueOf(secrets, name)] as const);
  return {
    missing: values.flatMap(([name, value]) => (value === undefined ? [name] : [])),
    warnings: [
      ...(secrets.warnings ?? []),
      ...values.flatMap(([name, value]) =>
        value === undefined || isHideable(value)
          ? []
          : [
              `the value of secret "${name}" is too short or too common to be hidden in what is stored and told`,
            ],
      ),
    ],
  };
}

function valueOf(secrets: Secrets, name: string): string | undefined {
  try {
    return secrets.get(name);
  } catch {
    // Why it cannot be read is among the warnings of its source.
    return undefined;
  }
}

async function ask(
  source: SecretSource,
  names: readonly string[],
  given: Map<string, string>,
  who: string,
): Promise<void> {
  const signal = AbortSignal.timeout(patienceMs);
  const late = new Promise<never>((_, reject) =>
    signal.addEventListener('abort', () => reject(new Error(`no answer in ${patienceMs / 1000} s`)), {
      once: true,
    }),
  );
  late.catch(() => undefined);
  await Promise.all(
    names
      .filter((name) => !given.has(name))
      .map(async (name) => {
        let found: unknown;
        try {
          found = await Promise.race([source.get(name, { signal }), late]);
        } catch (thrown) {
          // What it threw may quote a value that nothing knows to hide yet.
          throw new Problem('missing_secret', `${who} failed for "${name}"`, {
            details: { secret: name },
            cause: thrown,
          });
        }
        if (found === undefined || found === null || found === '') return;
        if (typeof found !== 'string')
          throw new Problem('missing_secret', `${who} gave no text for "${name}"`, {
            details: { secret: name },
          });
        given.set(name, found);
      }),
  );
}

async function load(module: string, shown: string, root: string): Promise<SecretSource> {
  let exported: Readonly<Record<string, unknown>>;
  try {
    const path = isAbsolute(module) ? module : createRequire(join(root, 'package.json')).resolve(module);
    exported = await createModuleLoader({ Problem }).load(path);
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message.split('\n')[0] : String(thrown);
    throw new Problem('invalid_project', `secrets: ${shown} cannot be imported: ${message}`, {
      cause: thrown,
    });
  }
  const found = [exported['default'], exported['secrets']].find(isSource);
  if (found !== undefined) return found;
  throw new Problem(
    'invalid_project',
    `secrets: the default export of ${shown} must be an object with a "get" function`,
  );
}

function isSource(value: unknown): value is SecretSource {
  return typeof value === 'object' && value !== null && 'get' in value && typeof value.get === 'function';
}

/** What must be set; the keys of providers are not needed for a replay. */
function required(
  program: Program,
  { replay }: Pick<EngineOptions, 'replay'>,
): [name: string, source: Program['settings']['secrets'][string]][] {
  return Object.entries(program.settings.secrets).filter(
    ([name, source]) => source.required && !(replay !== undefined && isProviderKey(program, name)),
  );
}

function placesOf({ env, file }: Program['settings']['secrets'][string]): string {
  return [
    ...(env === undefined ? [] : [`the environment variable "${env}"`]),
    ...(file === undefined ? [] : [`the file "${file}"`]),
  ].join(' or ');
}

function isProviderKey({ providers }: Program, secret: string): boolean {
  return Object.values(providers).some(({ apiKey }) => apiKey === secret);
}
