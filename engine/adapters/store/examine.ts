import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { asProblem, Problem, type ProblemData } from '../../core/problem.ts';
import { takeLock } from './lock.ts';
import { connect, type Query } from './sqlite-connection.ts';
import { inspect, locate, sizeOf } from './sqlite-file.ts';
import { storeProblem } from './sqlite-problems.ts';
import { readVersion, schemaVersion } from './sqlite-schema.ts';
import { columnsOf, storedTables } from './stored-parts.ts';

/** What is known of a store without changing it. */
export interface StoreReport {
  readonly path: string;
  /** False when there is no such file, or an empty one. */
  readonly exists: boolean;
  /** Why it cannot be used at all. */
  readonly problem?: ProblemData;
  /** Process that owns it now; null when it is in use by an unknown one, absent when nobody uses it. */
  readonly owner?: number | null;
  readonly bytes: { readonly file: number; readonly log: number; readonly free: number };
  /** Version of its tables; `known` is the one that this engine writes. */
  readonly format: { readonly version: number; readonly known: number };
  /** What SQLite finds wrong with its pages; empty when they fit together. */
  readonly faults: readonly string[];
  /** Rows and bytes of each table; absent where they cannot be counted. */
  readonly tables: Readonly<Record<string, { readonly rows: number; readonly bytes: number }>>;
  /** Executions by state. */
  readonly executions: Readonly<Record<string, number>>;
  /** Rows that cannot be read, at most a hundred: `table key`. */
  readonly damaged: readonly string[];
  /** Executions of kinds and states that this engine does not know; they are left alone. */
  readonly unknown: readonly string[];
  /** Copies that were made before the format changed. */
  readonly backups: readonly string[];
}

const mostRows = 100;

/** Looks at the file of a store, as far as it can be read. Works beside its owner. Never throws for what is wrong with the file. */
export async function examineStore(path: string): Promise<StoreReport> {
  const file = await locate(path, { makeFolder: false });
  const size = (await sizeOf(file).catch(() => undefined)) ?? 0;
  const log = (await sizeOf(`${file}-wal`).catch(() => undefined)) ?? 0;
  const report: StoreReport = {
    path: file,
    exists: size > 0,
    bytes: { file: size, log, free: 0 },
    format: { version: 0, known: schemaVersion },
    faults: [],
    tables: {},
    executions: {},
    damaged: [],
    unknown: [],
    backups: await backupsOf(file),
    ...(await ownerOf(file)),
  };
  if (size === 0) return report;
  try {
    if (report.owner === undefined) await inspect(file);
    const connection = await connect(file, 1_000);
    try {
      await connection.query('PRAGMA query_only=ON');
      return { ...report, ...(await contents(connection.query, file, size)) };
    } finally {
      await connection.close();
    }
  } catch (thrown) {
    return { ...report, problem: storeProblem(file, thrown).toData() };
  }
}

async function contents(query: Query, file: string, size: number): Promise<Partial<StoreReport>> {
  const { version, ours } = await readVersion(query);
  const format = { version, known: schemaVersion };
  if (!ours) {
    const problem = new Problem('store_unavailable', `the store "${file}" belongs to another program`);
    return { format, problem: problem.toData() };
  }
  const free =
    (await number(query, 'PRAGMA store.freelist_count')) * (await number(query, 'PRAGMA store.page_size'));
  const faults = await faultsOf(query);
  const tables: Record<string, { rows: number; bytes: number }> = {};
  const damaged: string[] = [];
  const note = (what: string): void => {
    if (damaged.length < mostRows) damaged.push(what);
  };
  for (const { name, label, json } of storedTables) {
    try {
      const columns = await columnsOf(query, name);
      if (columns.length === 0) continue;
      const bytes = await number(query, 'SELECT sum(pgsize) FROM dbstat(?) WHERE name = ?', ['store', name]);
      tables[name] = { rows: await number(query, `SELECT count(*) FROM ${name}`), bytes };
      const wrong = json
        .filter((column) => columns.includes(column))
        .map((column) => `(${column} IS NOT NULL AND NOT json_valid(${column}))`);
      const rows = await query(
        `SELECT ${label} AS label FROM ${name} WHERE ${wrong.join(' OR ')} LIMIT ${mostRows}`,
      );
      for (const row of rows) note(`${name} ${String(row['label'])}`);
    } catch (thrown) {
      note(`${name}: ${asProblem(storeProblem(file, thrown)).message}`);
    }
  }
  const executions: Record<string, number> = {};
  const unknown: string[] = [];
  try {
    for (const row of await query('SELECT state, count(*) AS rows FROM executions GROUP BY state'))
      executions[String(row['state'])] = Number(row['rows']);
    const rows = await query(
      `SELECT id, kind, state FROM executions WHERE kind NOT IN ('run', 'submission')
       OR state NOT IN ('queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled') LIMIT ${mostRows}`,
    );
    for (const { id, kind, state } of rows) unknown.push(`${String(id)} (${String(kind)}, ${String(state)})`);
  } catch {
    // The table has been named above.
  }
  return {
    format,
    bytes: { file: size, log: (await sizeOf(`${file}-wal`)) ?? 0, free },
    faults,
    tables,
    executions,
    damaged,
    unknown,
  };
}

async function faultsOf(query: Query): Promise<readonly string[]> {
  try {
    const rows = await query(`PRAGMA store.integrity_check(${mostRows})`);
    const lines = rows.flatMap((row) => String(row['integrity_check']).split('\n'));
    return lines.filter((line) => line !== 'ok' && !line.startsWith('***'));
  } catch (thrown) {
    return [thrown instanceof Error ? thrown.message : String(thrown)];
  }
}

/** Takes the lock for a moment: who holds it is told. */
async function ownerOf(file: string): Promise<Pick<StoreReport, 'owner'>> {
  const lockFile = `${file}.lock`;
  if (((await sizeOf(lockFile).catch(() => undefined)) ?? 0) === 0) return {};
  try {
    await (await takeLock(file, lockFile)).release();
    return {};
  } catch (thrown) {
    const problem = storeProblem(file, thrown);
    if (problem.code !== 'store_locked') return {};
    const { pid } = (problem.details ?? {}) as { pid?: number };
    return { owner: pid ?? null };
  }
}

async function backupsOf(file: string): Promise<readonly string[]> {
  const names = await readdir(dirname(file)).catch(() => []);
  const start = `${basename(file)}.v`;
  return names
    .filter((name) => name.startsWith(start) && name.endsWith('.backup'))
    .map((name) => join(dirname(file), name))
    .sort();
}

async function number(query: Query, sql: string, parameters: readonly string[] = []): Promise<number> {
  return Number(Object.values((await query(sql, parameters))[0] ?? {})[0] ?? 0);
}
