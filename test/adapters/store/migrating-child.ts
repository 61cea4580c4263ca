import { connect, type Query } from '../../../engine/adapters/store/sqlite-connection.ts';
import { backUp } from '../../../engine/adapters/store/backup.ts';
import { migrate } from '../../../engine/adapters/store/sqlite-schema.ts';

// Brings a store up to date and is killed when it is about to send a statement: `migrating-child.ts <path> <number>`. The
// backup is the first statement.
const [path = '', at] = process.argv.slice(2);
const connection = await connect(path, 5_000);
let sent = 0;
const query: Query = (sql, parameters) => {
  if (!/^PRAGMA [^=]+$|^SELECT/.test(sql) && (sent += 1) === Number(at)) process.kill(process.pid, 'SIGKILL');
  return connection.query(sql, parameters);
};
await connection.query('PRAGMA store.journal_mode=WAL');
await backUp(query, path, 1);
await migrate(query);
await connection.close();
