import type { Range } from '../core/range.ts';
import type { Type, TypeScope } from '../expr/index.ts';

/** What linking learnt about the texts of the specs besides the Program: for rules, editors and counts. */
export interface Facts {
  readonly expressions: readonly ExpressionFact[];
  readonly references: readonly ReferenceFact[];
}

/** One expression or template of a spec, with what was known where it stands. */
export interface ExpressionFact {
  /** Project-relative file. */
  readonly file: string;
  /** JSON Pointer of the text it stands in. */
  readonly pointer: string;
  readonly syntax: 'condition' | 'list' | 'value' | 'template';
  /** The expression or template itself, without `${{ }}`. */
  readonly source: string;
  /** Where `source` starts inside the text at `pointer`. */
  readonly offset: number;
  /** Its place in the file. */
  readonly range: Range;
  /** Top-level names it may read. */
  readonly names: ReadonlySet<string>;
  /** What the names are known to be there. */
  readonly scope: TypeScope;
  /** What it gives; text for a template. */
  readonly type: Type;
  /** Member paths it reads; loop variables are left out. Offsets count inside `source`. */
  readonly reads: readonly {
    readonly path: readonly string[];
    readonly start: number;
    readonly end: number;
  }[];
  /** How many of its parts (a value or condition has one, a template each read) have a type, and how many have not. */
  readonly typed: number;
  readonly untyped: number;
}

/** A name in a spec that leads to another spec. */
export interface ReferenceFact {
  readonly file: string;
  readonly pointer: string;
  readonly range: Range;
  /** Kind of what is named: `agent`, `profile`, `role`, `skill`, `tool`, `sandbox`, `workflow`, `model`, `secret`, ... */
  readonly kind: string;
  readonly name: string;
  /** Whether it exists. */
  readonly known: boolean;
}
