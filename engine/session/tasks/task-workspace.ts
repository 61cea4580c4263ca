import { instanceKey, type SessionAddress } from '../../core/ids.ts';
import type { Agent } from '../../program/agent.ts';
import type { SessionPorts } from '../ports.ts';
import { createWorkspace, namespace, type Workspace } from '../workspaces/workspace.ts';
import { viewOf } from '../workspaces/workspace-view.ts';

/** A workspace of a task. */
export interface TaskWorkspace extends Workspace {
  /** Forgets the files that were those of the task only. */
  end(): Promise<void>;
}

/**
 * The files a task works on: those of who gives it, as far as the helper's own sandbox allows and below `cwd`. A helper whose sandbox is
 * of another kind has files of its own, which are those of this task.
 * @param helper undefined: the agent gives the task to itself.
 */
export function taskWorkspace(
  ports: SessionPorts,
  given: Workspace,
  helper: Agent | undefined,
  { address, cwd }: { readonly address: SessionAddress; readonly cwd: string | undefined },
): TaskWorkspace {
  const policy = helper === undefined || helper.takesSandbox ? undefined : helper.sandbox;
  const isOther = policy !== undefined && policy.type !== given.spec.type;
  const owner = { name: address.agent, id: `${address.instance}/${address.session}` };
  const seen = helper === undefined ? given : (given.common ?? given);
  const own = isOther ? createWorkspace(ports, policy, { ...owner, env: helper?.env ?? {} }) : seen;
  const end = async (): Promise<void> => {
    if (isOther && policy.type !== 'none')
      await Promise.all([
        ports.store.documents.delete(namespace, instanceKey(owner.name, owner.id)),
        ports.sandboxes.forget?.(instanceKey(owner.name, owner.id)),
      ]);
  };
  const isSame = isOther || policy === undefined || policy.name === given.spec.name;
  const env = isOther ? {} : { ...(isSame ? {} : policy.env), ...helper?.env };
  if (isSame && cwd === undefined && Object.keys(env).length === 0)
    return { ...(isOther ? own : shared(own)), end };
  const view = viewOf(own, {
    policy: isSame ? undefined : policy,
    cwd,
    env,
    visible: ports.env,
    secrets: ports.secrets,
  });
  return { ...view, ...(isOther ? { close: () => own.close() } : {}), end };
}

/** The files of somebody else, who closes them. */
function shared(workspace: Workspace): Workspace {
  return { ...workspace, close: () => Promise.resolve() };
}
