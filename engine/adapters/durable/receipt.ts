import { isDeepStrictEqual } from 'node:util';
import { Problem } from '../../core/problem.ts';
import type { NewExecution, Receipt } from '../../ports/durable.ts';
import type { Execution } from '../../ports/store.ts';

/** The receipt of an execution for who asks for it again. Throws Problem `conflict` when they ask for something else. */
export function receiptOf(
  { id, idempotencyKey, input }: NewExecution,
  first: Execution | undefined,
): Receipt {
  if (first === undefined || !isDeepStrictEqual(first.input, input))
    throw new Problem(
      'conflict',
      `the idempotency key "${idempotencyKey ?? id}" was used with another input`,
    );
  return { id: first.id, acceptedAt: first.createdAt, created: false };
}
