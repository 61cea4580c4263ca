/**
 * Named secrets. Contract: `get` reads only declared names and never logs; values are stable for the life of the engine.
 */
export interface Secrets {
  /** The value, or undefined when the secret is declared but unset. Throws Problem `missing_secret` for undeclared names. */
  get(name: string): string | undefined;
  /** Every set value, for redaction. */
  values(): readonly string[];
}
