import { Problem } from '../../core/problem.ts';
import { connect, type Query, type Row } from './sqlite-connection.ts';
import { locate, sizeOf } from './sqlite-file.ts';
import { openFiles } from './sqlite-open.ts';
import { columnsOf, storedTables, type StoredTable } from './stored-parts.ts';

/** How many rows of a table could be copied, and how many were seen and could not. */
export interface Salvaged {
  readonly tables: Readonly<Record<string, { readonly saved: number; readonly lost: number }>>;
}

/**
 * Copies what can be read of a damaged store into a new one, and leaves the old one as it is. Throws Problem `conflict` when there is
 * a file at `target`, `not_found`, `store_corrupt` when nothing can be read, `store_unavailable`.
 */
export async function salvageStore(path: string, target: string): Promise<Salvaged> {
  const file = await locate(path, { makeFolder: false });
  const into = await locate(target, { makeFolder: true });
  if ((await sizeOf(into)) !== undefined) throw new Problem('conflict', `there is a file "${into}" already`);
  if (((await sizeOf(file)) ?? 0) === 0) throw new Problem('not_found', `there is no store "${file}"`);
  const unreadable = (cause: unknown): never => {
    throw new Problem('store_corrupt', `nothing can be read of "${file}"`, { cause });
  };
  const source = await connect(file, 1_000).catch(unreadable);
  try {
    await source.query('PRAGMA query_only=ON');
    await source.query('SELECT count(*) FROM store.sqlite_schema').catch(unreadable);
    const opened = await openFiles(into, false);
    try {
      if (opened.writer === undefined) throw new Problem('store_unavailable', `"${into}" cannot be written`);
      return await copyAll(source.query, opened.writer.query);
    } finally {
      await opened.close();
    }
  } finally {
    await source.close();
  }
}

async function copyAll(from: Query, to: Query): Promise<Salvaged> {
  const tables: Record<string, { saved: number; lost: number }> = {};
  let ids: readonly string[] = [];
  for (const table of storedTables) {
    const counts = (tables[table.name] = { saved: 0, lost: 0 });
    const known = await columnsOf(to, table.name);
    const columns = (await columnsOf(from, table.name).catch(() => [])).filter((one) => known.includes(one));
    if (columns.length === 0) continue;
    const reading = table.isNumbered
      ? numbered(from, table, columns)
      : ofExecutions(from, table, columns, ids);
    for await (const rows of reading) {
      const whole = rows.filter((row) => row !== undefined).filter((row) => isWhole(table, row));
      counts.saved += whole.length;
      counts.lost += rows.length - whole.length;
      await insert(to, table, columns, whole);
    }
    if (table.name === 'executions')
      ids = (await to('SELECT id FROM executions ORDER BY seq')).map((row) => String(row['id']));
  }
  // Older formats do not say when a document was set.
  await to("UPDATE documents SET at = CAST(unixepoch('subsec') * 1000 AS INTEGER) WHERE at IS NULL");
  return { tables };
}

const pageSize = 200;

/** The rows of a numbered table, page by page, and one by one where a page is damaged; undefined for one that cannot be read. */
async function* numbered(
  query: Query,
  { name }: StoredTable,
  columns: readonly string[],
): AsyncGenerator<readonly (Row | undefined)[]> {
  const select = `SELECT rowid AS place, ${columns.join(', ')} FROM ${name}`;
  const end = await lastNumber(query, name);
  for (let after = 0; after < end;) {
    try {
      const rows = await query(`${select} WHERE rowid > ? ORDER BY rowid LIMIT ?`, [after, pageSize]);
      if (rows.length === 0) return;
      yield rows;
      after = Number(rows.at(-1)?.['place']);
    } catch {
      const rows: (Row | undefined)[] = [];
      for (let place = after + 1; place <= Math.min(after + pageSize, end); place += 1) {
        try {
          rows.push(...(await query(`${select} WHERE rowid = ?`, [place])));
        } catch {
          rows.push(undefined);
        }
      }
      yield rows;
      after += pageSize;
    }
  }
}

/** The last number of a table; where the end is damaged, as far as is worth looking. */
async function lastNumber(query: Query, name: string): Promise<number> {
  const ways = [
    `SELECT max(rowid) FROM ${name}`,
    `SELECT seq FROM store.sqlite_sequence WHERE name = '${name}'`,
  ];
  for (const sql of ways) {
    const found = await query(sql).then(
      ([row]) => Number(Object.values(row ?? {})[0] ?? 0),
      () => undefined,
    );
    if (found !== undefined) return found;
  }
  return 100_000;
}

/** The rows of each execution, from its first on as far as they can be read, and from its last back. */
async function* ofExecutions(
  query: Query,
  { name }: StoredTable,
  columns: readonly string[],
  ids: readonly string[],
): AsyncGenerator<readonly (Row | undefined)[]> {
  const key = name === 'events' ? 'idx' : 'key';
  const select = `SELECT ${columns.join(', ')} FROM ${name} WHERE execution_id = ?`;
  for (const id of ids) {
    try {
      yield await query(`${select} ORDER BY ${key}`, [id]);
    } catch {
      const seen = new Map<string | number, Row>();
      for (const [order, beyond] of [
        ['ASC', '>'],
        ['DESC', '<'],
      ]) {
        let last: string | number | undefined;
        for (;;) {
          const rows = await query(
            `${select} ${last === undefined ? '' : `AND ${key} ${beyond} ?`} ORDER BY ${key} ${order} LIMIT 1`,
            last === undefined ? [id] : [id, last],
          ).catch(() => undefined);
          const row = rows?.[0];
          const at = row?.[key];
          if (row === undefined || at === null || at === undefined || seen.has(at)) break;
          seen.set(at, row);
          last = at;
        }
      }
      yield [...seen.values(), undefined];
    }
  }
}

function isWhole({ json }: StoredTable, row: Row): boolean {
  return json.every((column) => {
    const text = row[column];
    if (text === null || text === undefined) return true;
    try {
      JSON.parse(String(text));
      return true;
    } catch {
      return false;
    }
  });
}

async function insert(
  query: Query,
  { name }: StoredTable,
  columns: readonly string[],
  rows: readonly Row[],
): Promise<void> {
  if (rows.length === 0) return;
  for (let start = 0; start < rows.length; start += pageSize) {
    const some = rows.slice(start, start + pageSize);
    const values = `(${columns.map(() => '?').join(', ')})`;
    await query(
      `INSERT OR IGNORE INTO ${name} (${columns.join(', ')}) VALUES ${some.map(() => values).join(', ')}`,
      some.flatMap((row) => columns.map((column) => row[column] ?? null)),
    );
  }
}
