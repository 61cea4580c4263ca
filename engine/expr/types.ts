import type { Json } from '../core/json.ts';

/** The names an expression or template may read, with their values. */
export type Scope = Readonly<Record<string, unknown>>;

/** A parsed CEL expression. */
export interface Expression {
  readonly source: string;
  /** Top-level names it reads, for example `["input", "steps"]`. */
  readonly reads: readonly string[];
  /** The value in a scope; throws Problem `expression_failed` naming the expression. */
  evaluate(scope: Scope): Json;
}

/** A fault found while parsing an expression; `start` and `end` are offsets into its source. */
export interface ExpressionFault {
  readonly rule: 'expr/syntax' | 'expr/unknown-function' | 'expr/not-allowed' | 'expr/partial-scalar';
  readonly message: string;
  readonly start: number;
  readonly end: number;
  readonly suggestions?: readonly string[];
}

/** A path that an expression or template reads from its scope, with its offsets in the source. */
export interface Read {
  /** Names from the scope downwards, for example `["steps", "classify", "output", "label"]`. */
  readonly path: readonly string[];
  readonly start: number;
  readonly end: number;
  /** True where the path may be missing: inside `has()`, `default()`, `.?`, `{{#if}}`, `{{default}}`. */
  readonly guarded: boolean;
}

/** A parsed Handlebars template. */
export interface Template {
  readonly source: string;
  /** The text in a scope; throws Problem `template_failed` when a name is missing. */
  render(scope: Scope): string;
}

/** A fault found while parsing a template; `start` and `end` are offsets into its source. */
export interface TemplateFault {
  readonly rule:
    | 'template/syntax'
    | 'template/unknown-helper'
    | 'template/unknown-partial'
    | 'template/circular-partial'
    | 'template/not-allowed';
  readonly message: string;
  readonly start: number;
  readonly end: number;
  readonly suggestions?: readonly string[];
}

/** A value of a spec whose leaves may be `${{ CEL }}`. */
export interface Value {
  readonly source: Json;
  /** True when no leaf is an expression. */
  readonly constant: boolean;
  /** The value with every expression replaced by what it evaluates to, types kept; throws Problem `expression_failed`. */
  evaluate(scope: Scope): Json;
}

/** One fault of a value against a JSON Schema. */
export interface SchemaFault {
  /** JSON Pointer into the value. */
  readonly pointer: string;
  /** For example `must be number, got string`. */
  readonly message: string;
}

/** A compiled JSON Schema. */
export interface SchemaCheck {
  /** Faults of a value; empty when it fits. With `defaults`, returns the value with the schema's defaults filled in. */
  check(value: unknown): { readonly value: Json; readonly faults: readonly SchemaFault[] };
}
