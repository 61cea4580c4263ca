import type { Query, Row } from './sqlite-connection.ts';

/** A table of a store: how its rows are found one by one, and which columns hold JSON. */
export interface StoredTable {
  readonly name: 'executions' | 'documents' | 'events' | 'checkpoints' | 'signals';
  /** The key of a row for people, as SQL. */
  readonly label: string;
  /** Columns that hold JSON, or null. */
  readonly json: readonly string[];
  /** Whether rows are numbered; else they are found by their execution. */
  readonly isNumbered: boolean;
}

/** All tables, executions first. */
export const storedTables: readonly StoredTable[] = [
  {
    name: 'executions',
    label: 'id',
    json: ['input', 'output', 'error', 'usage', 'cancel'],
    isNumbered: true,
  },
  { name: 'documents', label: 'key', json: ['value'], isNumbered: true },
  { name: 'signals', label: "execution_id || ' ' || topic", json: ['payload'], isNumbered: true },
  { name: 'events', label: "execution_id || '#' || idx", json: ['body'], isNumbered: false },
  { name: 'checkpoints', label: "execution_id || ' ' || key", json: ['value'], isNumbered: false },
];

/** The names of the columns that a table of this file has; older formats have fewer. */
export async function columnsOf(query: Query, table: StoredTable['name']): Promise<readonly string[]> {
  const rows = await query(`SELECT name FROM pragma_table_info('${table}', 'store')`);
  return rows.map((row: Row) => String(row['name']));
}
