import type { EngineEvent } from '../core/event.ts';

type Place = Pick<
  EngineEvent,
  'runId' | 'stepPath' | 'operationId' | 'turnId' | 'toolCallId' | 'taskId' | 'parentId'
>;

/** Name of the span of a run in its execution. */
export const runKey = 'run';

/** The span of its execution that an event begins or ends; undefined for events that do neither. */
export function spanKey(event: EngineEvent): string | undefined {
  switch (event.type) {
    case 'run_start':
    case 'run_end':
      return runKey;
    case 'step_start':
    case 'step_end':
      return stepKey(event.stepPath ?? '');
    case 'operation_start':
    case 'operation_end':
      return operationKey(event.operationId);
    case 'turn_start':
    case 'turn_end':
      return `turn ${event.operationId ?? ''} ${event.turnId ?? ''}`;
    case 'tool_start':
    case 'tool_end':
      return toolKey(event, event.toolCallId ?? '');
    case 'task_start':
    case 'task_end':
      return `task ${event.taskId ?? ''}`;
    case 'compaction_start':
    case 'compaction_end':
      return `compaction ${event.operationId ?? ''}`;
    default:
      return undefined;
  }
}

/** The spans an event may stand in, the innermost first. */
export function* around(event: EngineEvent): Generator<string> {
  const own = spanKey(event);
  for (const key of places(event)) if (key !== own) yield key;
}

function* places(event: EngineEvent): Generator<string> {
  const { toolCallId, operationId, parentId, taskId, stepPath } = event as Place;
  const isOperation = event.type === 'operation_start' || event.type === 'operation_end';
  if (!isOperation && event.type !== 'tool_start' && event.turnId !== undefined && toolCallId === undefined)
    yield `turn ${operationId ?? ''} ${event.turnId}`;
  // A tool that calls another one gives that the id `<own id>/<number>`.
  for (let id = toolCallId; id !== undefined; id = parentOf(id)) yield toolKey(event, id);
  if (event.type === 'task_start') {
    if (parentId !== undefined) yield operationKey(parentId);
  } else if (!isOperation && operationId !== undefined) yield operationKey(operationId);
  if (taskId !== undefined) yield `task ${taskId}`;
  if (parentId !== undefined) yield operationKey(parentId);
  for (let path = stepPath; path !== undefined; path = parentOf(path)) yield stepKey(path);
  yield runKey;
}

/** The span of a step. */
export function stepKey(path: string): string {
  return `step ${path}`;
}

function operationKey(id: string | undefined): string {
  return `operation ${id ?? ''}`;
}

function toolKey(event: EngineEvent, id: string): string {
  const owner = event.type === 'task_start' ? (event.parentId ?? event.operationId) : event.operationId;
  return `tool ${owner ?? event.stepPath ?? ''} ${id}`;
}

/** What a path is in: of `all[0]/one` that is `all[0]`, a round of `all`. */
function parentOf(path: string): string | undefined {
  if (path.endsWith(']')) return path.slice(0, path.lastIndexOf('['));
  const slash = path.lastIndexOf('/');
  return slash < 0 ? undefined : path.slice(0, slash);
}
