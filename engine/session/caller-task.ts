import type { SessionAddress } from '../core/ids.ts';
import { Problem } from '../core/problem.ts';
import { choices } from '../core/suggest.ts';
import type { Agent } from '../program/agent.ts';
import type { Program } from '../program/program.ts';
import { childSession } from './child-session.ts';
import type { SessionPorts } from './ports.ts';
import { helperOf } from './prepare-task.ts';
import type { Submission } from './submission.ts';
import { taskWorkspace } from './task-workspace.ts';
import type { Workspace } from './workspace.ts';

/** A task that a caller gives, as it is stored with its submission. */
export interface TaskOrigin {
  /** The session whose task it is. */
  readonly parent: SessionAddress;
  /** Name of the helper; undefined: the agent itself. */
  readonly helper: string | undefined;
  readonly description: string | undefined;
  readonly cwd: string | undefined;
}

/** What a caller asks of a helper; `address`, `agent` and `kind` follow from it. */
export type CallerTask = Omit<Submission, 'agent' | 'address' | 'kind' | 'task'> &
  Omit<TaskOrigin, 'parent'> & {
    /** Names the task among those of its session; a second one of the same name goes on in the same history. Default a new one. */
    readonly taskId: string | undefined;
  };

/**
 * A task of a session that no model gave, ready for `Sessions.submit`: it is worked on beside what the session does, in a session of its
 * own, and survives a crash like any prompt. Throws Problem `agent_not_found` (no such helper), `limit_reached` (tasks are forbidden).
 */
export function callerTask(
  ports: SessionPorts,
  agent: Agent,
  parent: SessionAddress,
  { helper: name, description, cwd, taskId = `task_${ports.clock.ulid()}`, ...asked }: CallerTask,
): Submission {
  checkTasksAllowed(ports.program);
  const helper = name === undefined ? undefined : findHelper(agent, name, ports.program);
  const target = helper === undefined ? agent : helperOf(helper, agent.model);
  return {
    ...asked,
    agent: target,
    address: childSession(parent, target, taskId),
    kind: 'task',
    task: { parent, helper: name, description, cwd },
  };
}

/** Throws Problem `limit_reached` when the config forbids tasks. */
export function checkTasksAllowed({ settings }: Pick<Program, 'settings'>): void {
  if (settings.maxTaskDepth > 0) return;
  throw new Problem('limit_reached', 'tasks are forbidden: "defaults.maxTaskDepth" of engine.yaml is 0');
}

/** The files that a stored task works on. @param home the files of the session whose task it is. */
export function callerTaskWorkspace(
  ports: SessionPorts,
  { helper, cwd }: TaskOrigin,
  address: SessionAddress,
  home: Workspace,
): Workspace {
  const { delegates } = ports.program;
  return taskWorkspace(ports, home, helper === undefined ? undefined : delegates[helper], { address, cwd });
}

/** Who works on a submission: the agent it went to, or the helper it is a task for; undefined when there is none any more. */
export function workerOf(
  { agents, delegates }: Program,
  name: string,
  task: TaskOrigin | undefined,
): Agent | undefined {
  const all = task === undefined ? agents : delegates;
  return Object.hasOwn(all, name) ? all[name] : undefined;
}

function findHelper({ name: parent, subagents }: Agent, name: string, { delegates }: Program): Agent {
  const helper = subagents.includes(name) ? delegates[name] : undefined;
  if (helper !== undefined) return helper;
  throw new Problem(
    'agent_not_found',
    `agent "${parent}" has no subagent "${name}"${choices(name, subagents)}`,
  );
}
