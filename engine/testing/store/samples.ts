import assert from 'node:assert/strict';
import type { EngineEvent } from '../../core/event.ts';
import { Problem } from '../../core/problem.ts';
import type { Execution, Store } from '../../ports/store.ts';

/** Declares one test on a new, empty store. */
export type Test = (title: string, body: (store: Store) => Promise<void>) => void;

/** A queued run. */
export function execution(id: string, createdAt: number): Execution {
  return {
    id,
    kind: 'run',
    name: 'flow',
    key: '',
    state: 'queued',
    input: {},
    hash: 'hash',
    attempts: 0,
    createdAt,
  };
}

/** A `log` event with text that is hard to store. */
export function logged(executionId: string, index: number, message = `message ${index}`): EngineEvent {
  return {
    v: 1,
    id: `${executionId}#${index}`,
    executionId,
    index,
    type: 'log',
    timestamp: new Date(1_700_000_000_000 + index).toISOString(),
    stepPath: 'lines[3]/judge',
    data: { level: 'info', message, fields: { quote: '"', nul: '\u0000', emoji: '😀', lone: '\ud800' } },
  };
}

/** Asserts that work rejects with a Problem of a code. */
export async function rejectsWith(code: string, work: Promise<unknown>): Promise<void> {
  await assert.rejects(work, (thrown) => thrown instanceof Problem && thrown.code === code);
}
