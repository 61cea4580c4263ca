import type { Json } from '../core/json.ts';
import type { Fault } from './fault.ts';
import type { Located, SchemaSet } from './schema-set.ts';

/** What the walk knows besides the schema at hand. */
export interface Context {
  readonly set: SchemaSet;
  /** Explains a value inside the one at hand. */
  readonly explain: Explain;
  /** Schema of the file. */
  readonly root: Located;
  /** Objects around the value, the nearest last. */
  readonly around: readonly Located[];
  /** The verbs of alternatives, not chosen, that know a key. */
  readonly elsewhere: (key: string) => readonly string[];
  /** Said of keys that a condition forbids: which value of which key they go with. */
  readonly conditions: readonly Located[];
}

/** No alternatives. */
export const nowhere = (): readonly string[] => [];

/** Why a value does not fit a schema; the pointer of the value is `at`. */
export type Explain = (located: Located, value: Json, at: string, context: Context) => Fault[];
