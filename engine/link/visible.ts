import type { TypeScope } from '../expr/index.ts';

/** What the expressions and templates at one place may read. */
export interface Visible {
  /** Top-level names. */
  readonly names: ReadonlySet<string>;
  /** Steps that `steps.<id>` may name; undefined where there are no steps. */
  readonly steps?: ReadonlySet<string>;
  /** Steps of the workflow that are not visible here, and the block they live in. */
  readonly hidden?: ReadonlyMap<string, string>;
  /** What the names are, as far as it is known; undefined where nothing is. */
  readonly types?: TypeScope;
  /** Environment variables that `env.<name>` may read. */
  readonly env: ReadonlySet<string>;
  /** Secrets that `secrets.<name>` may read; undefined where secrets may not flow. */
  readonly secrets?: ReadonlySet<string>;
  /** Secrets that the config declares, where not all of them may be read. */
  readonly declaredSecrets?: ReadonlySet<string>;
  readonly partials: Readonly<Record<string, string>>;
}
