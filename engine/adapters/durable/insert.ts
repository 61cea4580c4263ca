import { failpoint } from '../../core/failpoint.ts';
import type { Json } from '../../core/json.ts';
import type { Execution, Store } from '../../ports/store.ts';

/** What is recorded of an execution before it begins. */
export type Records = readonly (readonly [key: string, value: Json])[];

/** Stores an execution and its first records, in one commit; false when its id or idempotency key is taken. */
export async function insert(
  { executions, checkpoints }: Store,
  execution: Execution,
  records: Records,
): Promise<boolean> {
  // Not awaited when there is nothing to wait for: admissions are stored in the order they are asked for.
  const paused = failpoint('admit.before_commit');
  if (paused !== undefined) await paused;
  const [isNew] = await Promise.all([
    executions.insert(execution),
    ...records.map(([key, value]) => checkpoints.put(execution.id, key, value)),
  ]);
  return isNew;
}
