import { isDeepStrictEqual } from 'node:util';
import { Problem } from '../../core/problem.ts';
import type { NewExecution, Receipt, Worker } from '../../ports/durable.ts';
import type { Execution } from '../../ports/store.ts';

/** The receipt of an execution for who asks for it again. Throws Problem `conflict` when they ask for something else. */
export function receiptOf(
  { asked = (input) => input }: Pick<Worker, 'asked'>,
  { id, idempotencyKey, input }: NewExecution,
  first: Execution,
): Receipt {
  if (!isDeepStrictEqual(asked(first.input), asked(input)))
    throw new Problem(
      'conflict',
      `the idempotency key "${idempotencyKey ?? id}" was used with another input`,
    );
  return { id: first.id, acceptedAt: first.createdAt, created: false };
}
