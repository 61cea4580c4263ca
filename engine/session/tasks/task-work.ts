import type { Agent } from '../../program/agent.ts';
import { giveCallerTask } from './caller-task.ts';
import type { Conduct } from '../conversation.ts';
import type { History } from '../history.ts';
import { operationIdOf } from '../operation-id.ts';
import type { OperationResult } from '../operation.ts';
import type { SessionPorts } from '../ports.ts';
import type { Prepared } from '../prepare.ts';
import { helperOfTask } from '../submissions/prepare-submission.ts';
import type { Turn } from '../submissions/turns.ts';
import type { Work } from '../work.ts';
import type { Workspace } from '../workspaces/workspace.ts';

/**
 * Does a task of a caller: somebody with an empty history works on it in a session of its own, and the session that was asked keeps
 * what was asked and what was answered. After a crash the helper goes on where it was.
 * @param turn.agent who does it. @param turn.asker the agent of the session.
 */
export async function runTaskWork(
  ports: SessionPorts,
  turn: Turn & { readonly asker: Agent; readonly prepared: Prepared; readonly work: Work & { kind: 'task' } },
  place: { readonly history: History; readonly workspace: Workspace; readonly conduct: Conduct },
): Promise<OperationResult> {
  const { address, agent, prepared, images, work, timeoutMs } = turn;
  const { history, workspace, conduct } = place;
  if (!history.isAsked(conduct.key)) {
    await history.closeOpenCalls();
    const content = [{ type: 'text' as const, text: prepared.message }, ...images];
    await history.ask({ role: 'user', content }, conduct.key, 'task');
  }
  const { key, withOutcome: _own, joining: _none, ...inner } = conduct;
  const result = await giveCallerTask(ports, {
    agent,
    helper: work.agent === undefined ? undefined : helperOfTask(ports.program, turn.asker, work.agent),
    prepared,
    images,
    parent: address,
    name: [key],
    description: work.description,
    cwd: work.cwd,
    scope: {
      ...conduct.scope,
      agent: address.agent,
      instanceId: address.instance,
      session: address.session,
      parentId: operationIdOf(key),
    },
    conduct: inner,
    workspace,
    timeoutMs,
  });
  const { output, text } = result;
  const answer = typeof output === 'string' ? output : text;
  history.hold({ role: 'assistant', content: [{ type: 'text', text: answer }] }, { source: 'task' });
  return result;
}
