import type { Json } from '../core/json.ts';
import type { Usage } from '../core/message.ts';
import type { ProblemData } from '../core/problem.ts';
import type { RunContext } from '../ports/durable.ts';
import type { Spending } from './spending.ts';

/** Model work inside what was recorded, so that a replayed run counts it again. */
export interface Spent {
  readonly usage: Usage;
  readonly modelCalls: number;
}

/** A work step that succeeded; recorded under its path. */
export interface SucceededRecord {
  readonly status: 'succeeded';
  readonly output: Json;
  readonly attempts: number;
  readonly spent?: Spent;
}

/**
 * A step whose failure one of its `catch` entries takes; recorded under its path before the entry's steps run, so that a
 * replayed run takes the same way. The output is not recorded: it follows from the entry's steps.
 */
export interface RecoveredRecord {
  readonly status: 'recovered';
  readonly error: ProblemData;
  readonly attempts: number;
  /** Index of the `catch` entry. */
  readonly catch: number;
  readonly spent?: Spent;
}

/** An item or branch that failed under `onError: collect`; recorded under `lines[3]` or `gather.order`. */
export interface FailedRecord {
  readonly status: 'failed';
  readonly error: ProblemData;
  readonly spent?: Spent;
}

/** What a run records. */
export type StepRecord = SucceededRecord | RecoveredRecord | FailedRecord;

/** The record of a key; runs the work that makes it when there is none. */
export async function checkpoint<R extends StepRecord>(
  context: RunContext,
  key: string,
  work: () => Promise<R>,
): Promise<R> {
  return (await context.step(key, async () => (await work()) as unknown as Json)) as unknown as R;
}

/** The record of a key, or undefined when there is none. */
export function recall<R extends StepRecord>(context: RunContext, key: string): R | undefined {
  return context.recorded(key) as unknown as R | undefined;
}

/** What was spent, in the form it is recorded; nothing when no model was called. */
export function spentOf(spent: Pick<Spending, 'usage' | 'modelCalls'>): { readonly spent?: Spent } {
  if (spent.modelCalls === 0 && spent.usage.totalTokens === 0) return {};
  return { spent: { usage: spent.usage, modelCalls: spent.modelCalls } };
}
