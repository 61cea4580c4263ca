import { connect, type Connection } from './sqlite-connection.ts';
import { codeOf, locked, unavailable } from './sqlite-problems.ts';

/** Ownership of a store, held until released or until this process dies. */
export interface Lock {
  release(): Promise<void>;
}

/**
 * Takes the lock file of a store. Throws Problem `store_locked` with the owner's process id when another store, here or in
 * another process, holds it.
 *
 * The lock is SQLite's own write lock on a file of its own: the operating system frees it the moment the owner dies, and
 * readers can still see who that is. Never open and close the lock file by other means: that drops the lock.
 */
export async function takeLock(store: string, lockFile: string): Promise<Lock> {
  const connection = await openLockFile(store, lockFile);
  try {
    await connection.query('PRAGMA store.synchronous=OFF');
    await hold(connection);
  } catch (error) {
    const owner = await ownerOf(connection);
    await connection.close();
    throw isBusy(error) ? locked(store, owner) : error;
  }
  return { release: () => connection.close() };
}

async function openLockFile(store: string, lockFile: string): Promise<Connection> {
  try {
    return await connect(lockFile, 250);
  } catch (error) {
    if (isBusy(error)) throw locked(store, undefined);
    if (codeOf(error) !== 'SQLITE_NOTADB') throw error;
    throw unavailable(store, `"${lockFile}" is not its lock file; delete it`, error);
  }
}

/** The process id must be committed to be seen by others, and committing ends the transaction: so write, then take again. */
async function hold(connection: Connection): Promise<void> {
  for (;;) {
    await connection.query('BEGIN IMMEDIATE');
    if ((await ownerOf(connection)) === process.pid) return;
    await connection.query(`PRAGMA store.user_version=${process.pid}`);
    await connection.query('COMMIT');
  }
}

async function ownerOf({ query }: Connection): Promise<number | undefined> {
  const rows = await query('PRAGMA store.user_version').catch(() => []);
  const owner = rows[0]?.['user_version'];
  return typeof owner === 'number' && owner > 0 ? owner : undefined;
}

function isBusy(error: unknown): boolean {
  return codeOf(error) === 'SQLITE_BUSY';
}
