import { Problem } from '../../core/problem.ts';
import type { Program } from '../../program/program.ts';
import { converse } from '../conversation.ts';
import type { OperationResult } from '../operation.ts';
import type { SessionPorts } from '../ports.ts';
import { giveTask, type GivenTask } from './tasks.ts';

/**
 * Does a task that a caller gives to a session, in a session of its own with an empty history and the files of the one it is given to.
 * @param task.name what names it among the tasks of the session, such as the id of its submission: then it goes on after a crash.
 */
export function giveCallerTask(
  ports: SessionPorts,
  task: Omit<GivenTask, 'spent' | 'depth'>,
): Promise<OperationResult> {
  checkTasksAllowed(ports.program);
  return giveTask(ports, { ...task, spent: undefined, depth: 1 }, converse);
}

/** Throws Problem `limit_reached` when the config forbids tasks. */
export function checkTasksAllowed({ settings }: Pick<Program, 'settings'>): void {
  if (settings.maxTaskDepth > 0) return;
  throw new Problem('limit_reached', 'tasks are forbidden: "defaults.maxTaskDepth" of engine.yaml is 0');
}
