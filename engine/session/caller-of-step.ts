import type { ActivityCall } from '../ports/activities.ts';
import type { Limits } from '../program/agent.ts';
import type { ToolCaller } from './tool-calls/declared-tool.ts';
import type { RunSurroundings } from './run-surroundings.ts';
import type { Workspace } from './workspaces/workspace.ts';

/** Where a tool is called from by a step of a run. */
export function callerOfStep(
  call: ActivityCall,
  {
    workspace,
    run,
    left,
    log,
  }: {
    readonly workspace: Workspace;
    readonly run: Pick<RunSurroundings, 'part' | 'emit'>;
    /** What the run may still use. */
    readonly left: Limits;
    readonly log: ToolCaller['log'];
  },
): ToolCaller {
  const { runId, stepPath, attempt, tries, idempotencyKey, signal } = call;
  const { callers, record } = run.part;
  return {
    signal,
    workspace,
    runId,
    stepPath,
    toolCallId: stepPath,
    idempotencyKey,
    childKey: idempotencyKey,
    attempt,
    tries,
    secrets: [],
    callers,
    record: (name, work) => record(`${stepPath}=${name}`, work),
    log,
    progress: (ratio, message) =>
      run.emit({
        runId,
        stepPath,
        type: 'progress',
        data: { ratio: Math.min(1, Math.max(0, ratio)), ...(message === undefined ? {} : { message }) },
      }),
    left: () => left,
    used: (usage, modelCalls) => call.lost?.(usage, modelCalls),
  };
}
