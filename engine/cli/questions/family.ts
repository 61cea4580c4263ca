import type { Approval, Engine } from '../../api.ts';
import { workflowOfRun } from '../../core/ids.ts';
import { openStates } from '../../core/status.ts';

/** How a run and the runs it called are, or a submission. */
export interface Family {
  /** What they ask people. */
  readonly questions: readonly Approval[];
  /** Whether there is nothing for them to do but wait. */
  readonly isWaiting: boolean;
}

/** Looks at a submission, or at a run and the runs it called, which have not ended. */
export async function lookAtFamily(engine: Engine, id: string): Promise<Family> {
  if (workflowOfRun(id) !== undefined) return lookAtRuns(engine, id);
  const questions = await engine.approvals.list({ submissionId: id });
  return { questions, isWaiting: (await engine.submissions.get(id)).state === 'waiting' };
}

async function lookAtRuns({ runs, approvals }: Engine, runId: string): Promise<Family> {
  const unfinished = await runs.list({ states: openStates, limit: 1000 });
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
