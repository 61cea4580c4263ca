import { backUp } from './backup.ts';
import { takeLock } from './lock.ts';
import { prepareCommits } from './sqlite-commits.ts';
import { connect, type Connection } from './sqlite-connection.ts';
import { inspect, locate, makePrivateFile, sizeOf } from './sqlite-file.ts';
import { corrupt, storeProblem, unavailable } from './sqlite-problems.ts';
import { migrate, readVersion, schemaVersion } from './sqlite-schema.ts';
import { stillThere } from './still-there.ts';

/** The open connections of one store. */
export interface SqliteFiles {
  readonly path: string;
  /** Sees what is committed, and does not wait for writes. */
  readonly reader: Connection;
  /** Absent when open for reading only. */
  readonly writer: Connection | undefined;
  /** Throws Problem `store_unavailable` when what is written would be lost, since its files are not at their places any more. */
  check(): void;
  /** Brings the file to rest and frees the lock. */
  close(): Promise<void>;
}

/** Opens, checks and where needed makes the file of a store. Throws Problem `store_locked`, `store_corrupt`, `store_unavailable`. */
export async function openFiles(path: string, readOnly: boolean): Promise<SqliteFiles> {
  const file = await locate(path, { makeFolder: !readOnly });
  const undo: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    const failures: unknown[] = [];
    // Every step is tried: a full disk must not keep the lock.
    for (const step of undo.splice(0).reverse()) await step().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw storeProblem(file, failures[0]);
  };
  try {
    const opened = readOnly ? await openToRead(file, undo) : await openToOwn(file, undo);
    return { path: file, ...opened, close };
  } catch (error) {
    await close().catch(() => undefined);
    throw storeProblem(file, error);
  }
}

type Undo = (() => Promise<void>)[];
type Opened = Pick<SqliteFiles, 'reader' | 'writer' | 'check'>;

const busyTimeout = 5_000;

async function openToOwn(file: string, undo: Undo): Promise<Opened> {
  await makePrivateFile(`${file}.lock`);
  const lock = await takeLock(file, `${file}.lock`);
  undo.push(() => lock.release());
  await makePrivateFile(file);
  const writer = await connectChecked(file, undo);
  await writer.query('PRAGMA store.journal_mode=WAL');
  await writer.query('PRAGMA store.synchronous=FULL');
  const { version } = await readVersion(writer.query);
  if (version > 0 && version < schemaVersion) await backUp(writer.query, file, version);
  await migrate(writer.query);
  await prepareCommits(writer.query);
  undo.push(async () => {
    // Tidiness only: what a full disk keeps from being moved stays in the WAL and is read from there.
    await writer.query('PRAGMA store.wal_checkpoint(TRUNCATE)').catch(() => undefined);
  });
  const reader = await connect(file, busyTimeout);
  undo.push(() => reader.close());
  return { reader, writer, check: stillThere(file, [file, `${file}.lock`]) };
}

async function openToRead(file: string, undo: Undo): Promise<Opened> {
  const size = (await sizeOf(file)) ?? 0;
  const reader = size === 0 ? await connectEmpty(undo) : await connectChecked(file, undo);
  const { version } = await readVersion(reader.query);
  if (version === 0) throw unavailable(file, unmade);
  if (version < schemaVersion)
    throw unavailable(file, 'it has an older format; start the engine once to bring it up to date');
  await reader.query('PRAGMA query_only=ON');
  return { reader, writer: undefined, check: () => undefined };
}

async function connectEmpty(undo: Undo): Promise<Connection> {
  const connection = await connect(':memory:', busyTimeout);
  undo.push(() => connection.close());
  await migrate(connection.query);
  return connection;
}

/** Looks at the file before SQLite opens it, and at its pages before anything is written. */
async function connectChecked(file: string, undo: Undo): Promise<Connection> {
  // Closing a file drops this process's locks on it, so a file that is open here already is not looked at again.
  if (!openHere.has(file)) await inspect(file);
  openHere.set(file, (openHere.get(file) ?? 0) + 1);
  undo.push(async () => leave(file));
  const connection = await connect(file, busyTimeout);
  undo.push(() => connection.close());
  const { version, ours } = await readVersion(connection.query);
  if (!ours) throw unavailable(file, 'it belongs to another program; name another file in "store.path"');
  if (version > schemaVersion) {
    const versions = `its format is ${version}, this one knows ${schemaVersion}`;
    throw unavailable(
      file,
      `it was written by a newer version of the engine (${versions}); update the engine`,
    );
  }
  if (((await sizeOf(file)) ?? 0) <= largestChecked) {
    const [row] = await connection.query('PRAGMA store.quick_check(1)');
    if (row?.['quick_check'] !== 'ok') throw corrupt(file, 'pages do not fit together');
  }
  return connection;
}

/** What is said of a file without tables: its owner makes them at this moment, or died before. */
export const unmade = 'nothing is in it yet; start the engine once to make it';

/** Bytes up to which all pages are checked at start; larger files show their damage when it is read. */
const largestChecked = 32 * 1024 * 1024;

/** How many stores of this process have a file open. */
const openHere = new Map<string, number>();

function leave(file: string): void {
  const left = (openHere.get(file) ?? 1) - 1;
  if (left === 0) openHere.delete(file);
  else openHere.set(file, left);
}
