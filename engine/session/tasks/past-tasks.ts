import type { EngineEvent, EventData } from '../../core/event.ts';
import { noUsage } from '../../core/message.ts';
import { addCounts, type Count } from '../budget.ts';

/** What the tasks of an operation used before a crash, read from its events. */
export interface PastTasks {
  /** Takes the next event. */
  read(event: EngineEvent): void;
  /**
   * What tasks and their own tasks used whose calls have a result. One that is taken up again counts itself.
   * @param open calls of the history that have none; one that was answered before the crash all the same is not among those.
   */
  over(open: ReadonlySet<string>): Count;
}

/** Counts for one operation. */
export function pastTasks(operationId: string | undefined): PastTasks {
  /** Operations inside of tasks, and the call that the outermost of these belongs to. */
  const callOf = new Map<string, string>();
  const used = new Map<string, Count>();
  let settled: Count = { usage: noUsage, modelCalls: 0 };
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
      if (event.operationId === undefined) return;
      if (type === 'operation_start') {
        const call = parentId === operationId ? calls.get(taskId ?? '') : callOf.get(parentId ?? '');
        if (call !== undefined) callOf.set(event.operationId, call);
      }
      const call = callOf.get(event.operationId);
      if (call !== undefined && type === 'turn_end' && event.data.finish !== 'interrupted')
        used.set(call, addCounts(used.get(call), { usage: event.data.usage, modelCalls: 1 }));
      if (call !== undefined && type === 'compaction_end')
        used.set(call, addCounts(used.get(call), event.data));
      if (call !== undefined && type === 'tool_end' && event.data.usage !== undefined)
        used.set(call, addCounts(used.get(call), countOf(event.data)));
      if (type === 'tool_end' && event.operationId === operationId && toolCallId !== undefined)
        settle(toolCallId);
    },
    over(open) {
      for (const call of used.keys()) if (!open.has(call)) settle(call);
      return settled;
    },
  };

  function settle(call: string): void {
    settled = addCounts(used.get(call), settled);
    used.delete(call);
  }
}

/** What a tool call used that called others, as its end says. */
export function countOf({ usage = noUsage, modelCalls = 0 }: EventData['tool_end']): Count {
  return { usage, modelCalls };
}
