import { Problem } from '../core/problem.ts';
import { valueReads, type Value } from '../expr/index.ts';
import type { Secrets } from '../ports/secrets.ts';

/** Headers evaluated over `{secrets, env}`. Throws Problem `missing_secret`, `expression_failed`. */
export function readHeaders(
  headers: Readonly<Record<string, Value>>,
  secrets: Secrets,
  names: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const seen: Record<string, string> = {};
  for (const name of names) if (env[name] !== undefined) seen[name] = env[name];
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      const used = secretsIn(value).map((secret) => [secret, known(secrets, secret, name)] as const);
      const text = value.evaluate({ secrets: Object.fromEntries(used), env: seen });
      return [name, typeof text === 'string' ? text : JSON.stringify(text)];
    }),
  );
}

function known(secrets: Secrets, name: string, header: string): string {
  const value = secrets.get(name);
  if (value !== undefined) return value;
  throw new Problem(
    'missing_secret',
    `secret "${name}" in the header "${header}" of "telemetry.otlp" is not set`,
  );
}

function secretsIn(value: Value): string[] {
  return valueReads(value).flatMap(({ path: [root, name] }) => (root === 'secrets' ? (name ?? []) : []));
}
