import { failpoint } from '../../core/failpoint.ts';
import type { Query } from './sqlite-connection.ts';

/** Marks a file as ours: `FLUE` in the header of the file. */
const applicationId = 0x464c5545;

/** Steps forward, oldest first: the step at place n brings a file from version n to n+1. Never change one that was released. */
const migrations: readonly (readonly string[])[] = [
  [
    'CREATE TABLE store.documents (key TEXT PRIMARY KEY, value TEXT)',
    `CREATE TABLE store.executions (
      seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, name TEXT NOT NULL, key TEXT NOT NULL, state TEXT NOT NULL,
      input TEXT NOT NULL, output TEXT, error TEXT, usage TEXT, hash TEXT NOT NULL,
      created_at INTEGER NOT NULL, started_at INTEGER, ended_at INTEGER
    )`,
    'CREATE INDEX store.executions_by_name ON executions (name, seq)',
    'CREATE INDEX store.executions_by_state ON executions (state, seq)',
    `CREATE TABLE store.events (
      execution_id TEXT NOT NULL, idx INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (execution_id, idx)
    ) WITHOUT ROWID`,
    `CREATE TABLE store.checkpoints (
      execution_id TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (execution_id, key)
    ) WITHOUT ROWID`,
  ],
  [
    'ALTER TABLE store.executions ADD COLUMN idempotency_key TEXT',
    'ALTER TABLE store.executions ADD COLUMN parent TEXT',
    'ALTER TABLE store.executions ADD COLUMN attempts INTEGER NOT NULL DEFAULT 1',
    'ALTER TABLE store.executions ADD COLUMN cancel TEXT',
    `CREATE UNIQUE INDEX store.executions_by_idempotency ON executions (kind, name, idempotency_key)
      WHERE idempotency_key IS NOT NULL`,
    'CREATE INDEX store.executions_by_parent ON executions (parent) WHERE parent IS NOT NULL',
    `CREATE TABLE store.signals (
      seq INTEGER PRIMARY KEY AUTOINCREMENT, execution_id TEXT NOT NULL, topic TEXT NOT NULL,
      idempotency_key TEXT NOT NULL, payload TEXT NOT NULL, at INTEGER NOT NULL,
      UNIQUE (execution_id, topic, idempotency_key)
    )`,
  ],
  [
    'ALTER TABLE store.executions ADD COLUMN specs TEXT',
    'ALTER TABLE store.documents ADD COLUMN at INTEGER',
    "UPDATE store.documents SET at = CAST(unixepoch('subsec') * 1000 AS INTEGER)",
  ],
  [
    'ALTER TABLE store.executions ADD COLUMN owner TEXT',
    'CREATE INDEX store.executions_by_owner ON executions (owner, seq) WHERE owner IS NOT NULL',
  ],
];

/** Version of the tables that this engine writes. */
export const schemaVersion = migrations.length;

/** What an open file says of itself: version 0 for a new one; `ours` false when another program made it. */
export async function readVersion(
  query: Query,
): Promise<{ readonly version: number; readonly ours: boolean }> {
  const number = async (sql: string): Promise<number> =>
    Number(Object.values((await query(sql))[0] ?? {})[0]);
  const version = await number('PRAGMA store.user_version');
  const owner = await number('PRAGMA store.application_id');
  const isEmpty = (await number('SELECT count(*) FROM store.sqlite_schema')) === 0;
  return { version, ours: owner === applicationId || (version === 0 && isEmpty) };
}

/** Brings a file up to `schemaVersion`, all of it or nothing. The caller owns the file and does nothing else meanwhile. */
export async function migrate(query: Query): Promise<void> {
  const { version } = await readVersion(query);
  if (version >= schemaVersion) return;
  await query('BEGIN IMMEDIATE');
  for (const statement of migrations.slice(version).flat()) {
    await failpoint('migrate.each');
    await query(statement);
  }
  await query(`PRAGMA store.application_id=${applicationId}`);
  await query(`PRAGMA store.user_version=${schemaVersion}`);
  await query('COMMIT');
}
