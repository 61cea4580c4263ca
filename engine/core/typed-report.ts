/**
 * How a model is asked for a typed result: with the schema in the call (`native`), with a tool that takes the result (`tools`), or in
 * words (`text`).
 */
export type ResultStrategy = 'native' | 'tools' | 'text';

/** How a typed result came about. */
export interface TypedReport {
  readonly strategy: ResultStrategy;
  /** Why the schema did not travel with the model calls. */
  readonly reason?: string;
  /** From 1. */
  readonly attempts: number;
  /** What was wrong with each answer before the one that fits. */
  readonly faults: readonly string[];
}
