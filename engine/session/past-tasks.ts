import type { EngineEvent } from '../core/event.ts';
import { addUsage, noUsage } from '../core/message.ts';
import type { Count } from './budget.ts';

/** What the tasks of an operation used before a crash, read from its events. */
export interface PastTasks {
  /** Takes the next event. Gives what a task and its own tasks used where the event is the end of its call, else nothing. */
  read(event: EngineEvent): Count | undefined;
}

/** Counts for one operation. A task whose call has no result is not told of: it is taken up again and counts itself. */
export function pastTasks(operationId: string | undefined): PastTasks {
  /** Operations inside of tasks, and the call that the outermost of these belongs to. */
  const callOf = new Map<string, string>();
  const used = new Map<string, Count>();
  /** The call of each task of the operation itself. */
  const calls = new Map<string, string>();
  return {
    read(event) {
      const { type, taskId, toolCallId, parentId } = event;
      if (
        type === 'task_start' &&
        parentId === operationId &&
        taskId !== undefined &&
        toolCallId !== undefined
      )
        calls.set(taskId, toolCallId);
      if (event.operationId === undefined) return undefined;
      if (type === 'operation_start') {
        const call = parentId === operationId ? calls.get(taskId ?? '') : callOf.get(parentId ?? '');
        if (call !== undefined) callOf.set(event.operationId, call);
      }
      const call = callOf.get(event.operationId);
      if (call !== undefined && type === 'turn_end') add(call, { usage: event.data.usage, modelCalls: 1 });
      if (call !== undefined && type === 'compaction_end') add(call, event.data);
      if (type !== 'tool_end' || event.operationId !== operationId || toolCallId === undefined)
        return undefined;
      const count = used.get(toolCallId);
      used.delete(toolCallId);
      return count;
    },
  };

  function add(call: string, { usage, modelCalls }: Count): void {
    const before = used.get(call) ?? { usage: noUsage, modelCalls: 0 };
    used.set(call, {
      usage: addUsage(before.usage, usage),
      modelCalls: before.modelCalls + modelCalls,
    });
  }
}
