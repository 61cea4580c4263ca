import { compileSchema } from '../expr/index.ts';
import type { JsonObject } from '../core/json.ts';
import type { Activities, ActivityCall } from '../ports/activities.ts';
import type { Workflow } from '../program/workflow.ts';
import { createCodeWork } from './tool-calls/code-work.ts';
import type { SessionPorts } from './ports.ts';
import type { RunSurroundings } from './run-surroundings.ts';
import type { Sessions } from './sessions.ts';
import { createStepPrompts } from './step-prompts.ts';
import { createStepWork } from './step-work.ts';
import { createWorkspace, type Workspace } from './workspaces/workspace.ts';

/** The activities of one run; `close` stores and closes the run's workspace. */
export interface RunActivities extends Activities {
  close(): Promise<void>;
}

/**
 * What the steps of one run may do: prompts and agents through sessions; tools, commands and requests in the run's own workspace.
 */
export function createActivities(
  ports: SessionPorts,
  sessions: Sessions,
  workflow: Workflow,
  run: RunSurroundings,
): RunActivities {
  const workspace: Workspace = createWorkspace(ports, workflow.sandbox, {
    name: `workflow:${workflow.name}`,
    id: run.id,
    env: {},
  });
  const log =
    ({ stepPath }: Pick<ActivityCall, 'stepPath'>) =>
    (message: string, fields?: JsonObject): void =>
      run.emit({
        runId: run.id,
        stepPath,
        type: 'log',
        data: { level: 'info', message, ...(fields === undefined ? {} : { fields }) },
      });
  const work = createStepWork(ports, workspace, run, log);
  return {
    ...createStepPrompts(ports, sessions, workflow, workspace, run),
    ...work,
    code: createCodeWork(ports, workspace, work.tool, log),
    workflow: run.child,
    check: (schema, value) => compileSchema(schema).check(value),
    close: () => workspace.close(),
  };
}
