import type { EngineEvent } from '../../core/event.ts';
import type { Json } from '../../core/json.ts';
import type { ProblemData } from '../../core/problem.ts';
import type { Usage } from '../../core/message.ts';
import { isTerminal, terminalStates, type ExecutionState } from '../../core/status.ts';
import type { Execution, ExecutionFilter, Outcome } from '../../ports/store.ts';
import { listLimit } from './list-limit.ts';
import type { Row } from './sqlite-connection.ts';

/** One statement and its parameters. */
export type Statement = readonly [sql: string, parameters: readonly (string | number | null)[]];

const open = `state NOT IN (${terminalStates.map((state) => `'${state}'`).join(', ')})`;

/** Gives one row when the execution is new. */
export function insertExecution(execution: Execution): Statement {
  return [
    `INSERT INTO executions
       (id, kind, name, key, state, input, output, error, usage, hash, created_at, started_at, ended_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING RETURNING 1`,
    [
      execution.id,
      execution.kind,
      execution.name,
      execution.key,
      execution.state,
      JSON.stringify(execution.input),
      textOf(execution.output),
      textOf(execution.error),
      textOf(execution.usage),
      execution.hash,
      execution.createdAt,
      execution.startedAt ?? null,
      execution.endedAt ?? null,
    ],
  ];
}

/** Marks an execution running that has not ended; the first start is the one that is kept. */
export function startExecution(id: string, startedAt: number): Statement {
  return [
    `UPDATE executions SET state = 'running', started_at = coalesce(started_at, ?) WHERE id = ? AND ${open}`,
    [startedAt, id],
  ];
}

/** Gives one row when the execution had not ended. */
export function finishExecution(id: string, outcome: Outcome): Statement {
  return [
    `UPDATE executions SET state = ?, output = coalesce(?, output), error = coalesce(?, error), usage = coalesce(?, usage),
       ended_at = ? WHERE id = ? AND ${open} RETURNING 1`,
    [
      outcome.state,
      textOf(outcome.output),
      textOf(outcome.error),
      textOf(outcome.usage),
      outcome.endedAt,
      id,
    ],
  ];
}

/** One execution. */
export function selectExecution(id: string): Statement {
  return ['SELECT * FROM executions WHERE id = ?', [id]];
}

/** Executions of a filter, the last admitted first. */
export function listExecutions(filter: ExecutionFilter): Statement {
  const where: string[] = [];
  const parameters: (string | number)[] = [];
  const need = (condition: string, ...values: readonly string[]): void => {
    where.push(condition);
    parameters.push(...values);
  };
  if (filter.kind !== undefined) need('kind = ?', filter.kind);
  if (filter.name !== undefined) need('name = ?', filter.name);
  if (filter.states !== undefined) need(statesCondition(filter.states), ...filter.states);
  if (filter.before !== undefined) {
    need('seq < (SELECT seq FROM executions WHERE id = ?)', filter.before);
  }
  return [
    `SELECT * FROM executions ${where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`}
     ORDER BY seq DESC LIMIT ?`,
    [...parameters, listLimit(filter)],
  ];
}

/** The execution in a row. */
export function toExecution(row: Row): Execution {
  return {
    id: String(row['id']),
    kind: row['kind'] as Execution['kind'],
    name: String(row['name']),
    key: String(row['key']),
    state: row['state'] as ExecutionState,
    input: JSON.parse(String(row['input'])) as Json,
    ...(row['output'] === null ? {} : { output: JSON.parse(String(row['output'])) as Json }),
    ...(row['error'] === null ? {} : { error: JSON.parse(String(row['error'])) as ProblemData }),
    ...(row['usage'] === null ? {} : { usage: JSON.parse(String(row['usage'])) as Usage }),
    hash: String(row['hash']),
    createdAt: Number(row['created_at']),
    ...(row['started_at'] === null ? {} : { startedAt: Number(row['started_at']) }),
    ...(row['ended_at'] === null ? {} : { endedAt: Number(row['ended_at']) }),
  };
}

/** All events in one statement, however many there are. */
export function appendEvents(events: readonly EngineEvent[]): Statement {
  const rows = events.map((event) => [event.executionId, event.index, JSON.stringify(event)]);
  return [
    `INSERT INTO events (execution_id, idx, body)
     SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?)`,
    [JSON.stringify(rows)],
  ];
}

/** Events after an index, in order. */
export function readEvents(executionId: string, after: number, limit: number): Statement {
  return [
    'SELECT body FROM events WHERE execution_id = ? AND idx > ? ORDER BY idx LIMIT ?',
    [executionId, after, limit],
  ];
}

/** The highest index as `last`; null without events. */
export function lastEvent(executionId: string): Statement {
  return ['SELECT max(idx) AS last FROM events WHERE execution_id = ?', [executionId]];
}

/** The first write of a key wins. */
export function putCheckpoint(executionId: string, key: string, value: Json): Statement {
  return [
    'INSERT INTO checkpoints (execution_id, key, value) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
    [executionId, key, JSON.stringify(value)],
  ];
}

/** All checkpoints of an execution. */
export function allCheckpoints(executionId: string): Statement {
  return ['SELECT key, value FROM checkpoints WHERE execution_id = ?', [executionId]];
}

function textOf(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

/** `+` keeps the planner off the state index where most rows match and reading in time order stops sooner. */
function statesCondition(states: readonly ExecutionState[]): string {
  const many = states.length > 1 && states.some(isTerminal);
  return `${many ? '+' : ''}state IN (${states.map(() => '?').join(', ')})`;
}
