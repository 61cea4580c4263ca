import type { ExecutionFilter } from '../../ports/store.ts';

/** How many executions a listing gives: 1 to 1000, default 100. */
export function listLimit(filter: ExecutionFilter): number {
  return Math.min(Math.max(Math.trunc(filter.limit ?? 100), 1), 1000);
}
