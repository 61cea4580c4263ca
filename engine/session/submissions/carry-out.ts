import { Problem } from '../../core/problem.ts';
import { bindObjects } from '../tool-calls/call-tools.ts';
import { bindReply } from '../tool-calls/reply-tool.ts';
import { runCompact } from '../compaction/compact-work.ts';
import { converse, type Conduct } from '../conversation.ts';
import { grantedAgent, noGrants, nothingHere } from '../workspaces/grants.ts';
import { grantedWorkspace } from '../workspaces/granted-workspace.ts';
import type { History } from '../history.ts';
import { operationIdOf } from '../operation-id.ts';
import type { OperationResult } from '../operation.ts';
import type { SessionPorts } from '../ports.ts';
import type { Prepared } from '../prepare.ts';
import { takerOf } from './prepare-submission.ts';
import { runShell } from '../shell-work.ts';
import type { Said } from './submission-input.ts';
import { runTaskWork } from '../tasks/task-work.ts';
import type { Turn } from './turns.ts';
import { promptWork } from '../work.ts';
import type { Workspace } from '../workspaces/workspace.ts';

/** Does the work of a submission whose turn it is, with what it was granted and nobody else. */
export async function carryOut(
  ports: SessionPorts,
  turn: Turn,
  place: { readonly history: History; readonly workspace: Workspace; readonly conduct: Conduct },
): Promise<OperationResult> {
  const { said, address, work = promptWork, grants = noGrants, here = nothingHere } = turn;
  const { history, conduct } = place;
  const workspace = grantedWorkspace(ports, place.workspace, grants);
  if (work.kind === 'shell')
    return runShell(ports, { ...turn, command: said.message, work, here }, { history, workspace, conduct });
  const agent = grantedAgent(ports.program, takerOf(ports.program, turn.agent, work), grants);
  if (work.kind === 'compact') {
    const { message, model } = decided(said);
    const instructions = message === '' ? undefined : message;
    return runCompact(ports, { ...turn, ...work, agent, model, instructions }, { history, conduct });
  }
  const prepared = { ...decided(said), check: here.check };
  if (work.kind === 'task')
    return runTaskWork(
      ports,
      { ...turn, agent, asker: turn.agent, work, prepared },
      { history, workspace, conduct },
    );
  const owner = { address, workspace, operationId: operationIdOf(conduct.key), part: conduct.part };
  return converse(ports, agent, address, prepared, {
    images: turn.images,
    history,
    workspace,
    conduct,
    timeoutMs: turn.timeoutMs,
    kind: turn.kind ?? (work.kind === 'skill' ? 'skill' : 'prompt'),
    depth: turn.kind === 'task' ? 1 : 0,
    source: turn.source ?? (conduct.scope.runId === undefined ? 'prompt' : 'workflow'),
    tools: new Map([...bindObjects(ports, grants, here, owner), ...bindReply(ports, turn.delivered, owner)]),
    ...(turn.spent === undefined ? {} : { spent: turn.spent }),
  });
}

function decided(said: Said): Prepared {
  const { model } = said;
  if (model === undefined) throw new Problem('missing_model', 'no model was decided on');
  return {
    input: undefined,
    role: undefined,
    settings: {},
    thinking: undefined,
    schema: undefined,
    ...said,
    model,
  };
}
