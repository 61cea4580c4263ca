import { Problem } from '../../core/problem.ts';
import type { Provider } from '../../program/model.ts';
import type { KeySources } from './provider-key.ts';

/**
 * The headers of a provider's config, evaluated over `{secrets, env}`. Throws Problem `missing_secret` when a secret it reads is
 * not set, `expression_failed` when an expression fails.
 */
export function readHeaders(provider: Provider, { secrets, env }: KeySources): Record<string, string> {
  const scope = { secrets: secretsByName(provider, secrets), env };
  return Object.fromEntries(
    Object.entries(provider.headers).map(([name, value]) => {
      const header = value.evaluate(scope);
      return [name, typeof header === 'string' ? header : JSON.stringify(header)];
    }),
  );
}

/** An object whose fields are the secrets, each read only when an expression reads it. */
function secretsByName(provider: Provider, secrets: KeySources['secrets']): Record<string, string> {
  const read = (name: string): string => {
    const value = secrets.get(name);
    if (value !== undefined) return value;
    throw new Problem(
      'missing_secret',
      `secret "${name}" in the headers of model provider "${provider.name}" is not set`,
    );
  };
  return new Proxy<Record<string, string>>(
    {},
    {
      get: (_, name) => (typeof name === 'string' ? read(name) : undefined),
      has: (_, name) => typeof name === 'string',
      getOwnPropertyDescriptor: (_, name) =>
        typeof name === 'string'
          ? { value: read(name), configurable: true, enumerable: true, writable: false }
          : undefined,
    },
  );
}
