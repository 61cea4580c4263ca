import type { EngineEvent } from '../../../engine/core/event.ts';
import type { Execution } from '../../../engine/ports/store.ts';

export function run(id: string, createdAt: number): Execution {
  return {
    id,
    kind: 'run',
    name: 'flow',
    key: '',
    state: 'queued',
    input: {},
    hash: 'hash',
    attempts: 1,
    createdAt,
  };
}

export function event(executionId: string, index: number): EngineEvent {
  return {
    v: 1,
    id: `${executionId}#${index}`,
    executionId,
    index,
    type: 'log',
    timestamp: new Date(1_700_000_000_000 + index).toISOString(),
    data: { level: 'info', message: 'x'.repeat(300) },
  };
}
