import type { Range } from './range.ts';

/** How much a diagnostic matters: an `error` keeps the project from running. */
export type Level = 'error' | 'warning' | 'info';

/** Something wrong in the user's files, with its exact place and the cure. */
export interface Diagnostic {
  /** Stable id `family/what`, for example `schema/unknown-key`. */
  readonly rule: string;
  readonly level: Level;
  /** One line: lower case, no full stop, the user's word in double quotes. */
  readonly message: string;
  /** Project-relative path with forward slashes; `.` for the project as a whole. */
  readonly file: string;
  readonly range?: Range;
  /** JSON Pointer of the faulty value inside the file. */
  readonly pointer?: string;
  /** Replacements the writer may have meant, best first. */
  readonly suggestions?: readonly string[];
  /** What to do, when the message does not already say it. */
  readonly hint?: string;
  /** A change of the file that cures it. */
  readonly fix?: Fix;
  /** One way through the workflow on which the fault shows: steps and decisions, in order. */
  readonly witness?: readonly string[];
  /** Other places that matter, such as the first declaration of a duplicate name. */
  readonly related?: readonly Related[];
}

/** A change of the file a diagnostic is in. */
export interface Fix {
  /** What it does, imperative: `replace with "amount"`. */
  readonly title: string;
  /** Whether it surely means what the writer meant; only safe fixes are applied without asking. */
  readonly safe: boolean;
  readonly edits: readonly Edit[];
}

/** A stretch of a file's text (offsets in UTF-16 code units) and what stands there instead. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Another place that belongs to a diagnostic. */
export interface Related {
  readonly file: string;
  readonly range?: Range;
  readonly message: string;
}

/** What every function left of Program returns: the best value it could make, and all faults found on the way. */
export interface Checked<T> {
  readonly value: T;
  readonly diagnostics: readonly Diagnostic[];
}

/** Tells whether any diagnostic is an error. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.level === 'error');
}

/** Diagnostics ordered by file, then place, then rule. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const offset = (diagnostic: Diagnostic): number => diagnostic.range?.start.offset ?? -1;
  return [...diagnostics].sort(
    (a, b) =>
      (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) || offset(a) - offset(b) || (a.rule < b.rule ? -1 : 1),
  );
}
