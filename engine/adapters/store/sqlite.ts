import type { Json } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import type { Store } from '../../ports/store.ts';
import { documentKey } from './document-key.ts';
import { unpackEvent } from './event-row.ts';
import { groupCommit } from './group-commit.ts';
import { actCommits, type CommitActs } from './sqlite-commits.ts';
import { openFiles, type SqliteFiles } from './sqlite-open.ts';
import { storeProblem, unavailable } from './sqlite-problems.ts';
import {
  allCheckpoints,
  allSignals,
  documentKeys,
  endedExecutions,
  lastEvent,
  listExecutions,
  readEvents,
  selectByIdempotencyKey,
  selectExecution,
  toExecution,
  toSignal,
  versionsInUse,
  type Statement,
} from './sqlite-reads.ts';
import {
  appendEvents,
  cancelExecution,
  deleteDocument,
  finishExecution,
  firstRecord,
  forgetKeys,
  insertExecution,
  markExecution,
  putCheckpoint,
  putSignal,
  removeEvents,
  removeExecution,
  setDocument,
  startExecution,
  type Act,
} from './sqlite-writes.ts';

/** Which file, and whether only to look at it. */
export interface SqliteStoreOptions {
  /** Made when missing, folder (0700) and file (0600). */
  readonly path: string;
  /**
   * Reads beside the owner, writes nothing and takes no lock; every write rejects. A missing file reads as an empty store.
   * Default false.
   */
  readonly readOnly?: boolean;
}

/**
 * A durable store in one SQLite file with one owner. A write that resolved has been synced to disk; writes asked for in parallel
 * share a commit. Throws Problem `store_locked` (with the owner's process id), `store_corrupt` (the file stays as it was),
 * `store_unavailable` (no access, no room, another program's file, a newer format). Writes reject with that too while its file is
 * not at its place any more. After `close` everything rejects with
 * `store_unavailable`.
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const files = await openFiles(options.path, options.readOnly ?? false);
  return storeOver(files);
}

function storeOver(files: SqliteFiles): Store {
  const { path, reader, writer } = files;
  const commits = writer && groupCommit(checkedFirst(files, actCommits(writer.query)));
  let closing: Promise<void> | undefined;

  const guard = async <T>(work: () => Promise<T>): Promise<T> => {
    if (closing !== undefined) throw unavailable(path, 'it is closed');
    try {
      return await work();
    } catch (error) {
      throw storeProblem(path, error);
    }
  };
  const read = (statement: Statement) => guard(() => reader.query(...statement));
  const write = (act: () => Act): Promise<boolean> =>
    guard(() => {
      if (commits === undefined) throw unavailable(path, 'it is open for reading only');
      return commits.write(act());
    });

  return {
    durable: true,
    documents: {
      get: (namespace, key) => guard(() => reader.documents.get(documentKey(namespace, key))),
      getMany: (namespace, keys) =>
        guard(() => reader.documents.getMany(keys.map((key) => documentKey(namespace, key)))),
      set: async (namespace, key, value) => {
        await write(() => setDocument(documentKey(namespace, key), value));
      },
      delete: async (namespace, key) => {
        await write(() => deleteDocument(documentKey(namespace, key)));
      },
      keys: async (namespace, filter) =>
        (await read(documentKeys(namespace, filter))).map((row) => ({
          key: String(row['key']),
          at: Number(row['at']),
        })),
    },
    executions: {
      insert: async (execution, records = []) => {
        const [isNew] = await Promise.all([
          write(() => insertExecution(execution)),
          ...records.map(([key, value]) => write(() => firstRecord(execution.id, key, value))),
        ]);
        return isNew;
      },
      start: async (id, startedAt, attempts) => {
        await write(() => startExecution(id, startedAt, attempts));
      },
      mark: async (id, state) => {
        await write(() => markExecution(id, state));
      },
      cancel: (id, reason) => write(() => cancelExecution(id, reason)),
      finish: (id, outcome) => write(() => finishExecution(id, outcome)),
      get: async (id) => (await read(selectExecution(id))).map(toExecution)[0],
      byIdempotencyKey: async (kind, name, key) =>
        (await read(selectByIdempotencyKey(kind, name, key))).map(toExecution)[0],
      list: async (filter) => (await read(listExecutions(filter))).map(toExecution),
      ended: async (before, { after, limit }) =>
        (await read(endedExecutions(before, after, limit))).map(toExecution),
      remove: (id) => write(() => removeExecution(id)),
      forgetKeys: async (endedBefore) => {
        await write(() => forgetKeys(endedBefore));
      },
      specs: async () => (await read(versionsInUse())).map((row) => String(row['specs'])),
    },
    events: {
      append: async (events) => {
        if (events.length > 0) await write(() => appendEvents(events));
      },
      read: async (executionId, { after, limit }) =>
        (await read(readEvents(executionId, after, limit))).map((row) =>
          unpackEvent(
            executionId,
            Number(row['idx']),
            parse<Json>(path, executionId, 'an event', row['body']),
          ),
        ),
      last: async (executionId) => Number((await read(lastEvent(executionId)))[0]?.['last'] ?? 0),
      remove: (executionId) => write(() => removeEvents(executionId)),
    },
    signals: {
      put: (executionId, { topic, idempotencyKey, payload, at }) =>
        write(() => putSignal(executionId, topic, idempotencyKey, payload, at)),
      all: async (executionId) =>
        (await read(allSignals(executionId))).map((row) =>
          toSignal(row, parse(path, executionId, 'a signal', row['payload'])),
        ),
    },
    checkpoints: {
      put: async (executionId, key, value) => {
        await write(() => putCheckpoint(executionId, key, value));
      },
      all: async (executionId) => {
        const rows = await read(allCheckpoints(executionId));
        return new Map(
          rows.map((row) => {
            const key = String(row['key']);
            return [key, parse<Json>(path, executionId, `the record "${key}"`, row['value'])];
          }),
        );
      },
    },
    vacuum: () =>
      guard(async () => {
        if (commits === undefined || writer === undefined)
          throw unavailable(path, 'it is open for reading only');
        await commits.alone(() => writer.query('VACUUM store'));
      }),
    close: () => (closing ??= Promise.resolve(commits?.drain()).then(() => files.close())),
  };
}

function checkedFirst({ check }: SqliteFiles, commit: CommitActs): CommitActs {
  return async (acts) => {
    check();
    return commit(acts);
  };
}

/** A stored JSON text. Damage to one row is the fault of its execution only, so the message names it. */
function parse<T>(path: string, executionId: string, what: string, text: unknown): T {
  try {
    return JSON.parse(String(text)) as T;
  } catch (cause) {
    throw new Problem('store_corrupt', `${what} of "${executionId}" is damaged in the store "${path}"`, {
      details: { path, executionId },
      cause,
    });
  }
}
