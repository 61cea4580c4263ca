import type { Json } from '../../core/json.ts';
import type { ProblemData } from '../../core/problem.ts';
import type { Usage } from '../../core/message.ts';
import { isTerminal, type ExecutionState } from '../../core/status.ts';
import type { Execution, ExecutionFilter, Signal } from '../../ports/store.ts';
import { listLimit } from './list-limit.ts';
import type { Row } from './sqlite-connection.ts';

/** One statement and its parameters. */
export type Statement = readonly [sql: string, parameters: readonly (string | number | null)[]];

/** One execution. */
export function selectExecution(id: string): Statement {
  return ['SELECT * FROM executions WHERE id = ?', [id]];
}

/** The execution of a kind and name with an idempotency key. */
export function selectByIdempotencyKey(kind: string, name: string, key: string): Statement {
  return ['SELECT * FROM executions WHERE kind = ? AND name = ? AND idempotency_key = ?', [kind, name, key]];
}

/** Signals of an execution in order of arrival. */
export function allSignals(executionId: string): Statement {
  return ['SELECT seq, topic, payload, at FROM signals WHERE execution_id = ? ORDER BY seq', [executionId]];
}

/** The signal in a row. */
export function toSignal(row: Row): Signal {
  return {
    seq: Number(row['seq']),
    topic: String(row['topic']),
    payload: JSON.parse(String(row['payload'])) as Json,
    at: Number(row['at']),
  };
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
    ...(row['idempotency_key'] === null ? {} : { idempotencyKey: String(row['idempotency_key']) }),
    ...(row['parent'] === null ? {} : { parent: String(row['parent']) }),
    attempts: Number(row['attempts']),
    ...(row['cancel'] === null ? {} : { cancel: JSON.parse(String(row['cancel'])) as ProblemData }),
    createdAt: Number(row['created_at']),
    ...(row['started_at'] === null ? {} : { startedAt: Number(row['started_at']) }),
    ...(row['ended_at'] === null ? {} : { endedAt: Number(row['ended_at']) }),
  };
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

/** All checkpoints of an execution. */
export function allCheckpoints(executionId: string): Statement {
  return ['SELECT key, value FROM checkpoints WHERE execution_id = ?', [executionId]];
}

/** `+` keeps the planner off the state index where most rows match and reading in time order stops sooner. */
function statesCondition(states: readonly ExecutionState[]): string {
  const many = states.length > 1 && states.some(isTerminal);
  return `${many ? '+' : ''}state IN (${states.map(() => '?').join(', ')})`;
}
