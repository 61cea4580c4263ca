import type { EventScope } from '../../core/event.ts';
import { sessionKey, type SessionAddress } from '../../core/ids.ts';
import type { ImagePart } from '../../core/message.ts';
import type { Agent } from '../../program/agent.ts';
import { endSpending, startSpending, totalOf, type Spent } from '../budget.ts';
import type { CallContext } from '../tool-calls/bound-tool.ts';
import { childSession } from './child-session.ts';
import type { Conduct, Converse } from '../conversation.ts';
import { loadHistory } from '../history.ts';
import type { OperationResult } from '../operation.ts';
import { holding, type People } from '../tool-calls/people.ts';
import { describedHelper } from '../skills/described.ts';
import type { SessionPorts } from '../ports.ts';
import { prepareTask } from './prepare-task.ts';
import type { Prepared } from '../prepare.ts';
import { createQueue } from '../queue.ts';
import { taskIdOf, tellTask } from './task-events.ts';
import type { RunTask, Task } from './task-tool.ts';
import { taskWorkspace } from './task-workspace.ts';
import type { Workspace } from '../workspaces/workspace.ts';

/** The operation that gives tasks away. */
export interface Delegating {
  readonly agent: Agent;
  readonly address: SessionAddress;
  readonly prepared: Prepared;
  readonly operationId: string;
  readonly scope: EventScope;
  readonly conduct: Conduct;
  readonly people: People | undefined;
  readonly workspace: Workspace;
  readonly spent: Spent;
  /** How many tasks it is itself inside of. */
  readonly depth: number;
}

/** A task about which everything is decided. */
export interface GivenTask {
  /** Who does it. */
  readonly agent: Agent;
  /** The same when it is somebody else than who gives it. */
  readonly helper: Agent | undefined;
  readonly prepared: Prepared;
  readonly images?: readonly ImagePart[];
  /** The session that gives it. */
  readonly parent: SessionAddress;
  /** Names it among the tasks of that session; the same after a crash. */
  readonly name: readonly string[];
  readonly description: string | undefined;
  readonly cwd: string | undefined;
  /** Scope of its own two events; what is inside of it has the scope of `conduct`. */
  readonly scope: EventScope;
  readonly conduct: Omit<Conduct, 'key'>;
  readonly workspace: Workspace;
  /** The operation that gives it; undefined: a caller does. */
  readonly spent: Spent | undefined;
  readonly depth: number;
  readonly timeoutMs?: number | undefined;
}

/**
 * Runs the tasks of one operation in sessions of their own, which a crash does not change: a task that is given again by the same call
 * goes on where it was. As many as the config allows run side by side; the others wait for their turn.
 */
export function taskRunner(ports: SessionPorts, giver: Delegating, converse: Converse): RunTask {
  const queue = createQueue(ports.program.settings.maxParallelTasks);
  return (task, context) =>
    queue.run(context.signal, async () => {
      const { on, helper } = await describedHelper(ports, giver.address, task);
      const { output } = await giveTask(on, fromCall(on, giver, { ...task, helper }, context), converse);
      return output;
    });
}

/** Does a task in a session of its own, between its events; resolves when the session's history is committed. */
export async function giveTask(
  ports: SessionPorts,
  task: GivenTask,
  converse: Converse,
): Promise<OperationResult> {
  const { agent, helper, prepared, parent, conduct, description, cwd } = task;
  const address = childSession(parent, agent, ...task.name);
  const key = sessionKey(address);
  const taskId = taskIdOf(key);
  const spent = startSpending(agent, task.spent);
  const told = {
    scope: { ...task.scope, taskId },
    prompt: prepared.message,
    agent: agent.name,
    description,
    cwd,
    used: () => totalOf(spent).usage,
    emit: conduct.emit,
  };
  try {
    return await tellTask(ports.clock, told, async () => {
      const workspace = taskWorkspace(ports, task.workspace, helper, { address, cwd });
      const history = await loadHistory(ports.store.documents, key);
      try {
        // A folder that is not there is told to who gives the task.
        if (cwd !== undefined) await workspace.open();
        const work = converse(ports, agent, address, prepared, {
          images: task.images ?? [],
          history,
          workspace,
          conduct: { ...conduct, key, scope: { ...conduct.scope, taskId } },
          timeoutMs: task.timeoutMs,
          depth: task.depth,
          kind: 'task',
          spent,
        });
        // What was written until an abort belongs to the history too, but it is the abort that is told.
        await work.then(history.committed, () => history.committed().catch(() => undefined));
        const result = await work;
        await workspace.end();
        return result;
      } finally {
        await workspace.close();
      }
    });
  } finally {
    endSpending(spent);
  }
}

/** A task that a model gives with a tool call. */
function fromCall(
  ports: SessionPorts,
  { conduct, operationId, people, ...giver }: Delegating,
  { helper, description, cwd, ...task }: Task,
  { signal, call, callKey, hold }: CallContext,
): GivenTask {
  return {
    agent: helper ?? giver.agent,
    helper,
    prepared: prepareTask(ports, giver.prepared, { ...task, helper }),
    parent: giver.address,
    name: [operationId, callKey],
    description,
    cwd,
    scope: { ...giver.scope, parentId: operationId, toolCallId: call.toolCallId },
    conduct: {
      scope: { ...conduct.scope, parentId: operationId },
      signal,
      part: conduct.part,
      emit: conduct.emit,
      ...(people === undefined ? {} : { people: holding(people.within(callKey), hold) }),
    },
    workspace: giver.workspace,
    spent: giver.spent,
    depth: giver.depth + 1,
  };
}
