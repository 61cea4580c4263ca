import { Problem } from '../../core/problem.ts';
import { openStates } from '../../core/status.ts';
import type { Execution, Store } from '../../ports/store.ts';

/** Everything that has no outcome, in the order of admission. */
export async function unfinished(store: Store): Promise<readonly Execution[]> {
  const found: Execution[] = [];
  for (;;) {
    const before = found.at(-1)?.id;
    const page = await store.executions.list({
      states: openStates,
      limit: 1000,
      ...(before === undefined ? {} : { before }),
    });
    found.push(...page);
    if (page.length < 1000) return found.reverse();
  }
}

/** What is told of an execution of a kind that is not known: a newer engine may have admitted it. */
export function unknownKind({ id, kind }: Execution): Problem {
  return new Problem(
    'interrupted',
    `"${id}" is of the kind "${kind}", which this engine does not know; it is left alone`,
  );
}
