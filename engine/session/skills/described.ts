import type { SessionAddress } from '../../core/ids.ts';
import type { Agent } from '../../program/agent.ts';
import type { SessionPorts } from '../ports.ts';
import type { Submission } from '../submissions/submission.ts';
import type { Task } from '../tasks/task-tool.ts';

/** A submission to an agent in code, with the agent as it describes itself; any other as it is. Throws Problem `invalid_project`. */
export async function described(ports: SessionPorts, submission: Submission): Promise<Submission> {
  const { agent: helper, address, input } = submission;
  if (helper.module === undefined) return submission;
  const { on, helper: agent = helper } = await describedHelper(submission.on ?? ports, address, {
    helper,
    input,
  });
  return { ...submission, agent, on };
}

/** An agent, as it describes itself without an input when it is code. Throws Problem `invalid_project`. */
export async function describedAgent(
  ports: SessionPorts,
  agent: Agent,
  address: SessionAddress,
): Promise<Agent> {
  return (await describedHelper(ports, address, { helper: agent, input: undefined })).helper ?? agent;
}

/** The helper of a task, and what it works with; one in code describes itself. Throws Problem `invalid_project`. */
export async function describedHelper(
  ports: SessionPorts,
  { instance: id, session }: SessionAddress,
  { helper, input }: Pick<Task, 'helper' | 'input'>,
): Promise<{ readonly on: SessionPorts; readonly helper: Agent | undefined }> {
  if (helper?.module === undefined) return { on: ports, helper };
  const on = await ports.described(helper, { id, session, input });
  return { on, helper: declaredIn(on, helper) };
}

/** An agent or profile that has described itself. */
function declaredIn({ program }: SessionPorts, { kind, name }: Agent): Agent {
  const all = kind === 'agent' ? program.agents : program.delegates;
  const agent = Object.hasOwn(all, name) ? all[name] : undefined;
  if (agent === undefined) throw new Error(`the ${kind} "${name}" is not where it was declared`);
  return agent;
}
