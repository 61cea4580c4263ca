import type { Attributes } from '@opentelemetry/api';
import type { EngineEvent } from '../core/event.ts';
import { textOf } from './span-facts.ts';

/** What an event adds to the span it stands in; undefined: nothing. */
export function momentOf(
  event: EngineEvent,
  content: boolean,
): { readonly name: string; readonly attributes: Attributes } | undefined {
  switch (event.type) {
    case 'turn_retry':
      return {
        name: 'engine.retry',
        attributes: {
          'gen_ai.request.model': event.data.model,
          'engine.attempt': event.data.attempt,
          'engine.wait_ms': event.data.waitMs,
          'error.type': event.data.error.type,
        },
      };
    case 'approval_requested':
    case 'approval_resolved': {
      const id = event.data['approvalId'] ?? event.data['id'];
      return {
        name: `engine.${event.type}`,
        attributes: typeof id === 'string' ? { 'engine.approval.id': id } : {},
      };
    }
    case 'task_start':
      return {
        name: 'engine.task',
        attributes: {
          'engine.task.id': event.taskId ?? '',
          ...(event.data.agent === undefined ? {} : { 'gen_ai.agent.name': event.data.agent }),
        },
      };
    case 'log':
      return {
        name: 'engine.log',
        attributes: {
          'engine.log.level': event.data.level,
          ...(content ? { 'engine.log.message': textOf(event.data.message) } : {}),
        },
      };
    case 'error':
      return { name: 'engine.error', attributes: { 'error.type': event.data.type } };
    case 'run_resume':
    case 'submission_resume':
      return { name: 'engine.resume', attributes: { 'engine.checkpoints': event.data.checkpoints } };
    default:
      return undefined;
  }
}
