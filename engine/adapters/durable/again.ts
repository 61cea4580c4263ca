import { Problem } from '../../core/problem.ts';
import { isTerminal } from '../../core/status.ts';
import type { Durable, NewExecution } from '../../ports/durable.ts';
import type { Execution } from '../../ports/store.ts';

/** What is asked for when the work of an execution is done once more. Throws Problem `not_found`, `conflict`. */
export function againOf(
  id: string,
  newId: string,
  old: Execution | undefined,
  { evenSucceeded = false, ...now }: NonNullable<Parameters<Durable['redrive']>[3]>,
): NewExecution {
  if (old === undefined) throw new Problem('not_found', `no execution "${id}"`);
  if (!isTerminal(old.state) || (old.state === 'succeeded' && !evenSucceeded))
    throw new Problem(
      'conflict',
      `"${id}" is ${old.state}; only what ${evenSucceeded ? 'has ended' : 'failed or was cancelled'} is done again`,
    );
  const { kind, name, key, input, owner } = old;
  const { hash, specs } = now.hash === undefined ? old : { hash: now.hash, specs: now.specs };
  const version = specs === undefined ? { hash } : { hash, specs };
  return {
    id: newId,
    kind,
    name,
    key,
    input,
    ...version,
    ...(owner === undefined ? {} : { owner }),
    parent: id,
  };
}
