import { failpoint } from '../../core/failpoint.ts';
import type { Execution, FirstRecords, Store } from '../../ports/store.ts';

/** Stores an execution and its first records, in one commit; false when its id or idempotency key is taken. */
export async function insert(
  { executions }: Store,
  execution: Execution,
  records: FirstRecords,
): Promise<boolean> {
  // Not awaited when there is nothing to wait for: admissions are stored in the order they are asked for.
  const paused = failpoint('admit.before_commit');
  if (paused !== undefined) await paused;
  return executions.insert(execution, records);
}
