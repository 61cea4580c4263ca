import type { Execution, Store } from '../ports/store.ts';

/** Asks whether a workflow or agent has left any runs or submissions; of an owner: theirs alone. For `refuseUnknown`. */
export function hasLeft(
  store: Store,
  kind: Execution['kind'],
  name: string,
  owner: string | undefined,
): () => Promise<boolean> {
  const filter = { kind, name, limit: 1, brief: true, ...(owner === undefined ? {} : { owner }) };
  return async () => (await store.executions.list(filter)).length > 0;
}
