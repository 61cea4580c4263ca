import type { Query } from './sqlite-connection.ts';
import { codeOf } from './sqlite-problems.ts';

/** Writes one after the other, in the order they were asked for. */
export interface Writer {
  /** Runs one statement's work; resolves when it is committed. */
  write<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves when nothing waits any more. */
  drain(): Promise<void>;
}

/**
 * A writer that commits together whatever was asked for while the disk was busy: sixteen parallel writes cost two syncs,
 * not sixteen. The connection must be used by nothing else, or that would join a transaction that may yet roll back.
 */
export function groupCommit(query: Query): Writer {
  let waiting: Act[] = [];
  let working: Promise<void> | undefined;

  const work = async (): Promise<void> => {
    while (waiting.length > 0) {
      const group = waiting.slice(0, largestGroup);
      waiting = waiting.slice(largestGroup);
      for (const settle of group.length === 1 ? await runAlone(group) : await runTogether(query, group))
        settle();
    }
    working = undefined;
  };

  return {
    write: <T>(run: () => Promise<T>) =>
      new Promise<T>((resolve, reject) => {
        waiting.push({ run, resolve: resolve as (value: unknown) => void, reject });
        // Not at once: what is asked for in the same turn of the event loop shall be in the same group.
        working ??= new Promise<void>((turn) => setImmediate(turn)).then(work);
      }),
    drain: async () => {
      while (working !== undefined) await working;
    },
  };
}

interface Act {
  readonly run: () => Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

type Settle = () => void;

const largestGroup = 256;

async function runAlone(group: readonly Act[]): Promise<Settle[]> {
  return Promise.all(group.map((act) => outcomeOf(act).then(({ settle }) => settle)));
}

async function runTogether(query: Query, group: readonly Act[]): Promise<Settle[]> {
  const settles: Settle[] = [];
  try {
    await query('BEGIN IMMEDIATE');
    for (const act of group) {
      const { settle, error } = await outcomeOf(act);
      if (endsTransaction(error)) throw error;
      settles.push(settle);
    }
    await query('COMMIT');
    return settles;
  } catch (error) {
    await query('ROLLBACK').catch(() => undefined);
    return group.map((act) => () => act.reject(error));
  }
}

async function outcomeOf(act: Act): Promise<{ settle: Settle; error?: unknown }> {
  try {
    const value = await act.run();
    return { settle: () => act.resolve(value) };
  } catch (error) {
    return { settle: () => act.reject(error), error };
  }
}

/** A broken constraint undoes its statement alone; after other SQLite errors the transaction may be gone. */
function endsTransaction(error: unknown): boolean {
  const code = codeOf(error);
  return code !== undefined && code.startsWith('SQLITE_') && code !== 'SQLITE_CONSTRAINT';
}
