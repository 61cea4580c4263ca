import type { Json } from '../../core/json.ts';
import type { ProblemData } from '../../core/problem.ts';
import { isTerminal, type ExecutionState } from '../../core/status.ts';
import type { Execution, ExecutionFilter, KeyFilter, Signal } from '../../ports/store.ts';
import { listLimit } from './list-limit.ts';
import type { Row } from './sqlite-connection.ts';
import { unpackUsage } from './usage-row.ts';

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

/** The signal in a row, and what it says. */
export function toSignal(row: Row, payload: Json): Signal {
  return {
    seq: Number(row['seq']),
    topic: String(row['topic']),
    payload,
    at: Number(row['at']),
  };
}

const briefColumns = `id, kind, name, key, state, 'null' AS input, usage, hash, specs, idempotency_key, parent, owner, attempts, cancel,
  created_at, started_at, ended_at`;

/** Executions of a filter, the last admitted first. */
export function listExecutions(filter: ExecutionFilter): Statement {
  const where: string[] = [];
  const parameters: (string | number)[] = [];
  const need = (condition: string, ...values: readonly (string | number)[]): void => {
    where.push(condition);
    parameters.push(...values);
  };
  if (filter.kind !== undefined) need('kind = ?', filter.kind);
  if (filter.name !== undefined) need('name = ?', filter.name);
  if (filter.states !== undefined) need(statesCondition(filter.states), ...filter.states);
  if (filter.owner !== undefined) need('owner = ?', filter.owner);
  // No character of a key sorts between "." and "/".
  if (filter.under !== undefined)
    need('(key = ? OR (key >= ? AND key < ?))', filter.under, `${filter.under}.`, `${filter.under}/`);
  if (filter.since !== undefined) need('created_at >= ?', filter.since);
  if (filter.before !== undefined) {
    need('seq < (SELECT seq FROM executions WHERE id = ?)', filter.before);
  }
  return [
    `SELECT ${filter.brief === true ? briefColumns : '*'} FROM executions ${where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`}
     ORDER BY seq DESC LIMIT ?`,
    [...parameters, listLimit(filter)],
  ];
}

/** Executions that ended before a time, behind a given one, in the order of admission. */
export function endedExecutions(before: number, after: string | undefined, limit: number): Statement {
  return [
    `SELECT * FROM executions WHERE seq > coalesce((SELECT seq FROM executions WHERE id = ?), 0)
     AND ended_at < ? ORDER BY seq LIMIT ?`,
    [after ?? null, before, limit],
  ];
}

/** The stored versions of executions that have not succeeded, as `specs`. */
export function versionsInUse(): Statement {
  return ["SELECT DISTINCT specs FROM executions WHERE specs IS NOT NULL AND state <> 'succeeded'", []];
}

/** Keys of documents as `key`, without their namespace, and when they were set as `at`. */
export function documentKeys(
  namespace: string,
  { prefix = '', after, descending = false, limit }: KeyFilter,
): Statement {
  const skipped = namespace.length + 1;
  const end = `${namespace}:${prefix}\u{10FFFF}`;
  const beyond = after === undefined ? (descending ? end : `${namespace}:`) : `${namespace}:${after}`;
  return [
    `SELECT substr(key, ${skipped + 1}) AS key, at FROM documents
     WHERE key >= ? AND key < ? AND key ${descending ? '<' : '>'} ?
     ORDER BY key ${descending ? 'DESC' : ''} LIMIT ?`,
    [`${namespace}:${prefix}`, end, beyond, limit],
  ];
}

/** The execution in a row; says what of it cannot be read. */
export function toExecution(row: Row): Execution {
  const damaged: string[] = [];
  const read = <T>(column: string): T | undefined => {
    const text = row[column];
    if (text === null || text === undefined) return undefined;
    try {
      return JSON.parse(String(text)) as T;
    } catch {
      damaged.push(column);
      return undefined;
    }
  };
  const input = read<Json>('input') ?? null;
  const output = read<Json>('output');
  const error = read<ProblemData>('error');
  const usage = read<Json>('usage');
  const cancel = read<ProblemData>('cancel');
  return {
    id: String(row['id']),
    kind: row['kind'] as Execution['kind'],
    name: String(row['name']),
    key: String(row['key']),
    state: row['state'] as ExecutionState,
    input,
    ...(output === undefined ? {} : { output }),
    ...(error === undefined ? {} : { error }),
    ...(usage === undefined ? {} : { usage: unpackUsage(usage) }),
    hash: String(row['hash']),
    ...(row['specs'] === null ? {} : { specs: String(row['specs']) }),
    ...(row['idempotency_key'] === null ? {} : { idempotencyKey: String(row['idempotency_key']) }),
    ...(row['parent'] === null ? {} : { parent: String(row['parent']) }),
    ...(row['owner'] === null ? {} : { owner: String(row['owner']) }),
    attempts: Number(row['attempts']),
    ...(cancel === undefined ? {} : { cancel }),
    createdAt: Number(row['created_at']),
    ...(row['started_at'] === null ? {} : { startedAt: Number(row['started_at']) }),
    ...(row['ended_at'] === null ? {} : { endedAt: Number(row['ended_at']) }),
    ...(damaged.length === 0 ? {} : { damage: damaged.join(', ') }),
  };
}

/** Events after an index, in order. */
export function readEvents(executionId: string, after: number, limit: number): Statement {
  return [
    'SELECT idx, body FROM events WHERE execution_id = ? AND idx > ? ORDER BY idx LIMIT ?',
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
