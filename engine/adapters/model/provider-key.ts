import { Problem } from '../../core/problem.ts';
import type { Outgoing } from '../../ports/telemetry.ts';
import type { Secrets } from '../../ports/secrets.ts';
import type { Provider } from '../../program/model.ts';

/** Where keys, addresses and headers come from. */
export interface KeySources {
  readonly secrets: Secrets;
  /** The environment variables the config lets expressions read. */
  readonly env: Readonly<Record<string, string>>;
  /** The whole environment, for conventional variables only. */
  readonly processEnv: Readonly<Record<string, string | undefined>>;
  /** Headers that tell where a request stands in a trace. */
  readonly outgoing?: Outgoing | undefined;
}

/** Conventional variables of the provider types that have them. */
export const conventions = {
  openai: { key: 'OPENAI_API_KEY', url: 'OPENAI_BASE_URL', baseUrl: 'https://api.openai.com/v1' },
  anthropic: { key: 'ANTHROPIC_API_KEY', url: 'ANTHROPIC_BASE_URL', baseUrl: 'https://api.anthropic.com/v1' },
  google: {
    key: 'GOOGLE_GENERATIVE_AI_API_KEY',
    url: 'GOOGLE_GENERATIVE_AI_BASE_URL',
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
  },
} as const;

/**
 * The key of a provider: the secret it names, or the conventional variable of its type, as a declared secret or in the
 * environment. A provider with its own address and no named secret has none, so that a key never goes to an address it was not
 * meant for. Throws Problem `missing_secret`.
 */
export function readKey(provider: Provider, { secrets, processEnv }: KeySources): string | undefined {
  if (provider.apiKey !== undefined) {
    const key = secrets.get(provider.apiKey);
    if (key !== undefined && key !== '') return key;
    throw new Problem(
      'missing_secret',
      `secret "${provider.apiKey}" of model provider "${provider.name}" is not set`,
    );
  }
  const convention = conventionOf(provider);
  if (convention === undefined || provider.baseUrl !== undefined) return undefined;
  const key = declared(secrets, convention.key) ?? processEnv[convention.key];
  if (key !== undefined && key !== '') return key;
  throw new Problem(
    'missing_secret',
    `model provider "${provider.name}" has no key: set the environment variable ${convention.key}, or declare a secret ` +
      `under "secrets" in the config and name it in "providers.${provider.name}.apiKey"`,
  );
}

/** Words such as `none` or `ollama` stand in these variables too, and hiding them would blank out ordinary text. */
const shortestKey = 16;

/** Keys that stand in conventional variables, whether a provider uses them or not: what must be hidden besides declared secrets. */
export function conventionalKeys(processEnv: KeySources['processEnv']): readonly string[] {
  return Object.values(conventions)
    .map(({ key }) => processEnv[key] ?? '')
    .filter((value) => value.length >= shortestKey);
}

/** The address of a provider: its own, or that of the conventional variable, or the public one. */
export function readBaseUrl(provider: Provider, processEnv: KeySources['processEnv']): string | undefined {
  const convention = conventionOf(provider);
  return provider.baseUrl ?? (convention && (processEnv[convention.url] || convention.baseUrl));
}

/** The types of providers whose address the environment sets: their models are not asked where they are priced. */
export function addressedElsewhere(processEnv: KeySources['processEnv']): ReadonlySet<string> {
  return new Set(
    Object.entries(conventions).flatMap(([type, { url, baseUrl }]) =>
      [undefined, '', baseUrl].includes(processEnv[url]) ? [] : [type],
    ),
  );
}

function conventionOf(provider: Provider): (typeof conventions)[keyof typeof conventions] | undefined {
  return Object.hasOwn(conventions, provider.type)
    ? conventions[provider.type as keyof typeof conventions]
    : undefined;
}

function declared(secrets: Secrets, name: string): string | undefined {
  try {
    return secrets.get(name);
  } catch (thrown) {
    if (thrown instanceof Problem && thrown.code === 'missing_secret') return undefined;
    throw thrown;
  }
}
