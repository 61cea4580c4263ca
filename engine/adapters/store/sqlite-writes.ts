import type { EngineEvent } from '../../core/event.ts';
import type { Json } from '../../core/json.ts';
import type { ProblemData } from '../../core/problem.ts';
import { terminalStates } from '../../core/status.ts';
import type { Execution, Outcome } from '../../ports/store.ts';
import { packEvent } from './event-row.ts';
import { packUsage } from './usage-row.ts';

/** One write: a row of a view of acts. What `value` holds depends on the kind. */
export interface Act {
  readonly kind: keyof typeof meanings;
  readonly id?: string;
  readonly key?: string;
  readonly value?: string | number;
}

const open = `state NOT IN (${terminalStates.map((state) => `'${state}'`).join(', ')})`;
/** Holds when the execution `NEW.id` has ended. */
const ended = `EXISTS (SELECT 1 FROM executions WHERE id = NEW.id AND NOT ${open})`;

/** What each kind of act does. Triggers name tables without their schema; only the file has tables of these names. */
export const meanings = {
  setDocument: `INSERT INTO documents (key, value, at)
    VALUES (NEW.key, NEW.value, CAST(unixepoch('subsec') * 1000 AS INTEGER))
    ON CONFLICT (key) DO UPDATE SET value = excluded.value, at = excluded.at`,
  deleteDocument: 'DELETE FROM documents WHERE key = NEW.key',
  insertExecution: `INSERT INTO executions
    (id, key, kind, name, state, input, output, error, usage, hash, idempotency_key, parent, attempts, cancel,
     created_at, started_at, ended_at, specs, owner)
    VALUES (NEW.id, NEW.key, ${valuesFrom(17)}) ON CONFLICT DO NOTHING`,
  startExecution: `UPDATE executions
    SET state = 'running', attempts = NEW.value ->> 1, started_at = coalesce(started_at, NEW.value ->> 0)
    WHERE id = NEW.id AND ${open}`,
  markExecution: `UPDATE executions SET state = NEW.value WHERE id = NEW.id AND ${open}`,
  cancelExecution: `UPDATE executions SET cancel = coalesce(cancel, NEW.value) WHERE id = NEW.id AND ${open}`,
  finishExecution: `UPDATE executions SET state = NEW.value ->> 0, output = coalesce(NEW.value ->> 1, output),
    error = coalesce(NEW.value ->> 2, error), usage = coalesce(NEW.value ->> 3, usage), ended_at = NEW.value ->> 4
    WHERE id = NEW.id AND ${open}`,
  appendEvents: `INSERT INTO events (execution_id, idx, body)
    SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(NEW.value)`,
  putSignal: `INSERT INTO signals (execution_id, topic, idempotency_key, payload, at)
    SELECT NEW.id, ${valuesFrom(4)} WHERE EXISTS (SELECT 1 FROM executions WHERE id = NEW.id AND ${open})
    ON CONFLICT DO NOTHING`,
  putCheckpoint: `INSERT INTO checkpoints (execution_id, key, value) VALUES (NEW.id, NEW.key, NEW.value)
    ON CONFLICT DO NOTHING`,
  firstRecord: `INSERT INTO checkpoints (execution_id, key, value) SELECT NEW.id, NEW.key, NEW.value
    WHERE EXISTS (SELECT 1 FROM executions WHERE id = NEW.id) ON CONFLICT DO NOTHING`,
  removeExecution: `DELETE FROM events WHERE execution_id = NEW.id AND ${ended};
    DELETE FROM checkpoints WHERE execution_id = NEW.id AND ${ended};
    DELETE FROM signals WHERE execution_id = NEW.id AND ${ended};
    DELETE FROM executions WHERE id = NEW.id AND NOT ${open}`,
  removeEvents: `DELETE FROM events WHERE execution_id = NEW.id AND ${ended}`,
  forgetKeys: `UPDATE executions SET idempotency_key = NULL
    WHERE idempotency_key IS NOT NULL AND ended_at < CAST(NEW.value AS INTEGER)`,
} as const;

/** Sets a document. The text is the one that Keyv stores and reads: the value in an object, without a time it expires at. */
export function setDocument(key: string, value: Json): Act {
  return { kind: 'setDocument', key, value: JSON.stringify({ value }) };
}

/** Deletes a document that may be there. */
export function deleteDocument(key: string): Act {
  return { kind: 'deleteDocument', key };
}

/** Changes something when the execution is new. */
export function insertExecution(execution: Execution): Act {
  const { id, key, kind, name, state, input, output, error, usage, hash } = execution;
  const { idempotencyKey, parent, attempts, cancel, createdAt, startedAt, endedAt, specs, owner } = execution;
  const texts = [input, output, error, usage && packUsage(usage)].map(textOf);
  const origin = [hash, idempotencyKey, parent, attempts, textOf(cancel)];
  const times = [createdAt, startedAt, endedAt];
  return {
    kind: 'insertExecution',
    id,
    key,
    value: JSON.stringify([kind, name, state, ...texts, ...origin, ...times, specs, owner]),
  };
}

/** Marks an execution running that has not ended; the first start is the one that is kept. */
export function startExecution(id: string, startedAt: number, attempts: number): Act {
  return { kind: 'startExecution', id, value: JSON.stringify([startedAt, attempts]) };
}

/** Marks an execution that has not ended. */
export function markExecution(id: string, state: 'queued' | 'running' | 'waiting'): Act {
  return { kind: 'markExecution', id, value: state };
}

/** Changes something when the execution had not ended; the first reason is kept. */
export function cancelExecution(id: string, reason: ProblemData): Act {
  return { kind: 'cancelExecution', id, value: JSON.stringify(reason) };
}

/** Changes something when the execution has not ended and has no such signal. */
export function putSignal(id: string, topic: string, idempotencyKey: string, payload: Json, at: number): Act {
  return {
    kind: 'putSignal',
    id,
    value: JSON.stringify([topic, idempotencyKey, JSON.stringify(payload), at]),
  };
}

/** Changes something when the execution had not ended. */
export function finishExecution(id: string, { state, output, error, usage, endedAt }: Outcome): Act {
  const value = JSON.stringify([
    state,
    textOf(output),
    textOf(error),
    textOf(usage && packUsage(usage)),
    endedAt,
  ]);
  return { kind: 'finishExecution', id, value };
}

/** All events in one act, however many there are. */
export function appendEvents(events: readonly EngineEvent[]): Act {
  const rows = events.map((event) => [event.executionId, event.index, packEvent(event)]);
  return { kind: 'appendEvents', value: JSON.stringify(rows) };
}

/** The first write of a key wins. */
export function putCheckpoint(executionId: string, key: string, value: Json): Act {
  return { kind: 'putCheckpoint', id: executionId, key, value: JSON.stringify(value) };
}

/** The same for an execution that is inserted before it in one commit; nothing is recorded when that was not new. */
export function firstRecord(executionId: string, key: string, value: Json): Act {
  return { ...putCheckpoint(executionId, key, value), kind: 'firstRecord' };
}

/** Changes something when the execution has ended; all that is stored of it goes. */
export function removeExecution(id: string): Act {
  return { kind: 'removeExecution', id };
}

/** Changes something when the execution has ended and has events. */
export function removeEvents(id: string): Act {
  return { kind: 'removeEvents', id };
}

/** Forgets the idempotency keys of executions that ended before a time. */
export function forgetKeys(endedBefore: number): Act {
  return { kind: 'forgetKeys', value: endedBefore };
}

/** As many columns from a JSON array in `NEW.value`. */
function valuesFrom(count: number): string {
  return Array.from({ length: count }, (_, place) => `NEW.value ->> ${place}`).join(', ');
}

/** As JSON, and no text for no value. */
function textOf(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
