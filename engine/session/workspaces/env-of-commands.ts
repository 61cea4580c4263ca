import { Problem } from '../../core/problem.ts';
import { valueReads, type Scope, type Value } from '../../expr/index.ts';
import type { SessionPorts } from '../ports.ts';

/**
 * Variables for commands, as a spec has them, with the secrets that they read.
 * @param visible what they read besides secrets.
 * Throws Problem `missing_secret` for one that is not set.
 */
export function envOfCommands(
  { secrets }: Pick<SessionPorts, 'secrets'>,
  env: Readonly<Record<string, Value>>,
  visible: Scope,
): Record<string, string> {
  const values = Object.values(env);
  const scope: Scope = { ...visible, secrets: secretsReadBy(secrets, values) };
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, String(value.evaluate(scope))]),
  );
}

/** The secrets that values read, and `more`, by name. Throws Problem `missing_secret` for one that is not set. */
export function secretsReadBy(
  secrets: SessionPorts['secrets'],
  values: readonly Value[],
  more: readonly string[] = [],
): Record<string, string> {
  return Object.fromEntries(
    [...values.flatMap(namesIn), ...more].map((name) => {
      const value = secrets.get(name);
      if (value === undefined) throw new Problem('missing_secret', `the secret "${name}" is not set`);
      return [name, value];
    }),
  );
}

/** Whether a value reads a secret. */
export function readsSecrets(value: Value): boolean {
  return namesIn(value).length > 0;
}

function namesIn(value: Value): string[] {
  return valueReads(value).flatMap(({ path: [root, name] }) => (root === 'secrets' ? (name ?? []) : []));
}
