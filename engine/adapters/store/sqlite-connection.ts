import type { KeyvSqlite } from '@keyv/sqlite';
import type { Keyv } from 'keyv';
import type { Json } from '../../core/json.ts';
import { unavailable } from './sqlite-problems.ts';

/** A row as SQLite gives it. */
export type Row = Readonly<Record<string, string | number | null>>;

/** Runs one SQL statement. Rejects with the driver's error, which has a `code`. */
export type Query = (
  sql: string,
  parameters?: readonly (string | number | null)[],
) => Promise<readonly Row[]>;

/** One connection to one SQLite file. */
export interface Connection {
  readonly query: Query;
  /** Reads the table `documents` (a migration makes it) through Keyv; errors reject, nothing expires, keys are as given. */
  readonly documents: Pick<Keyv<Json>, 'get' | 'getMany'>;
  close(): Promise<void>;
}

/**
 * Opens a SQLite file, `:memory:` for none, as the schema `store` of a connection. Writes nothing yet. `busyTimeout`: milliseconds
 * to wait for locks. Throws Problem `store_unavailable` when the driver cannot be loaded, and the driver's error when the file
 * cannot be opened.
 *
 * The file is attached to a connection in memory, because the adapter makes its table in whatever it opens, before anything could
 * be checked, and cannot be closed when that fails.
 */
export async function connect(path: string, busyTimeout: number): Promise<Connection> {
  const driver = await loadDriver(path);
  const sqlite = new driver.KeyvSqlite({ uri: 'sqlite://:memory:', table: 'documents', busyTimeout });
  // Without a listener the adapter's 'error' event would end the process; the error also reaches us by the promise.
  sqlite.on('error', () => undefined);
  sqlite.getMany = lookUpTogether(sqlite);
  await sqlite.query('DROP TABLE documents');
  try {
    await sqlite.query('ATTACH DATABASE ? AS store', [path]);
  } catch (error) {
    await sqlite.close();
    throw error;
  }
  return {
    query: async (sql, parameters = []) => (await sqlite.query(sql, parameters)) as readonly Row[],
    documents: new driver.Keyv<Json>({
      store: sqlite,
      throwOnErrors: true,
      // Keyv leaves out its prefix for a key that starts with it, so that two keys could meet; ours are whole already.
      useKeyPrefix: false,
      serialize: JSON.stringify,
      deserialize: (text) => JSON.parse(text),
    }),
    close: () => sqlite.close(),
  };
}

async function loadDriver(path: string) {
  try {
    const [{ KeyvSqlite }, { Keyv }] = await Promise.all([import('@keyv/sqlite'), import('keyv')]);
    return { KeyvSqlite, Keyv };
  } catch (error) {
    const advice = 'run "npm rebuild sqlite3", or choose "store: memory"';
    throw unavailable(path, `the SQLite driver does not load on this machine; ${advice}`, error);
  }
}

/** The adapter's own `getMany` searches its rows once for every key: 1000 keys cost 500000 comparisons. */
function lookUpTogether(sqlite: KeyvSqlite): KeyvSqlite['getMany'] {
  return async <Value>(keys: string[]) => {
    const sql = 'SELECT key, value FROM documents WHERE key IN (SELECT value FROM json_each(?))';
    const rows = (await sqlite.query(sql, [JSON.stringify(keys)])) as { key: string; value: Value }[];
    const values = new Map(rows.map((row) => [row.key, row.value]));
    return keys.map((key) => values.get(key));
  };
}
