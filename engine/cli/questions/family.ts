import type { Approval, Engine } from '../../api.ts';

/** How a run and the runs it called are. */
export interface Family {
  /** What their steps ask people. */
  readonly questions: readonly Approval[];
  /** Whether there is nothing for them to do but wait. */
  readonly isWaiting: boolean;
}

/** Looks at a run that has not ended, and at the runs it called. */
export async function lookAtFamily({ runs, approvals }: Engine, runId: string): Promise<Family> {
  const unfinished = await runs.list({ states: ['queued', 'running', 'waiting'], limit: 1000 });
  const ids = new Set([runId]);
  const family = unfinished.toReversed().filter(({ runId: id, parent }) => {
    // Who calls was admitted before who is called.
    if (parent !== undefined && ids.has(parent)) ids.add(id);
    return ids.has(id);
  });
  const questions: Approval[] = [];
  for (const id of ids) questions.push(...(await approvals.list({ runId: id })));
  return {
    questions,
    isWaiting: family.length > 0 && family.every(({ state }) => state === 'waiting'),
  };
}
