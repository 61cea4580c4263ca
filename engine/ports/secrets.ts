/**
 * Named secrets. Contract: `get` reads only declared names and never logs; values are stable for the life of the engine, and are read
 * again at the next start.
 */
export interface Secrets {
  /** The value, or undefined when the secret is declared but unset. Throws Problem `missing_secret` for undeclared names. */
  get(name: string): string | undefined;
  /** Every set value, for redaction. */
  values(): readonly string[];
  /** What its owner should know of where the values are kept, by names only; absent: nothing. */
  readonly warnings?: readonly string[];
}

/**
 * Where secrets come from besides environment variables and files, for example a vault. It is asked for every declared name once, when
 * the engine starts; what it does not know is looked for where the config says. What it throws ends the start.
 */
export interface SecretSource {
  get(name: string, context: { readonly signal: AbortSignal }): Found | Promise<Found>;
}

type Found = string | undefined;

/** What an operator should know of secrets, by names only. */
export interface SecretsReport {
  /** Declared and not set. */
  readonly missing: readonly string[];
  /** Values that cannot be hidden, and files that others can read or write. */
  readonly warnings: readonly string[];
}
