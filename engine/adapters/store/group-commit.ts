import { failpoint } from '../../core/failpoint.ts';
import { codeOf } from './sqlite-problems.ts';

/** Writes acts in the order they were asked for. */
export interface Writer<Act> {
  /** Resolves when the act is committed: whether it changed what is stored. */
  write(act: Act): Promise<boolean>;
  /** Does something between two commits, when its turn comes. */
  alone<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves when nothing waits any more. */
  drain(): Promise<void>;
}

/**
 * A writer that commits together whatever was asked for while the disk was busy: sixteen parallel writes cost two syncs,
 * not sixteen. `commit` writes all acts of a group or none, and answers for each whether it changed anything.
 */
export function groupCommit<Act>(commit: (acts: readonly Act[]) => Promise<readonly boolean[]>): Writer<Act> {
  const waiting: Waiting<Act>[] = [];
  const jobs: (() => Promise<unknown>)[] = [];
  let working: Promise<void> | undefined;
  let turn = 0;
  let turnIsOpen = false;

  const settle = async (group: readonly Waiting<Act>[]): Promise<void> => {
    try {
      await failpoint('commit.before');
      const answers = await commit(group.map(({ act }) => act));
      await failpoint('commit.after');
      for (const [place, { resolve }] of group.entries()) resolve(answers[place] ?? false);
    } catch (error) {
      // A broken constraint is the fault of one act: the others must not fail with it.
      if (group.length > 1 && codeOf(error) === 'SQLITE_CONSTRAINT')
        for (const one of group) await settle([one]);
      else for (const { reject } of group) reject(error);
    }
  };
  const work = async (): Promise<void> => {
    while (waiting.length + jobs.length > 0) {
      if (waiting.length > 0) await settle(waiting.splice(0, groupSize()));
      await jobs.shift()?.();
    }
    working = undefined;
  };

  /** What was asked for in one turn of the event loop is one commit, however much it is. */
  const groupSize = (): number => {
    const last = waiting[largestGroup - 1]?.turn;
    const next =
      last === undefined
        ? -1
        : waiting.findIndex(({ turn }, place) => place >= largestGroup && turn !== last);
    return next === -1 ? waiting.length : next;
  };
  const thisTurn = (): number => {
    if (!turnIsOpen) {
      turnIsOpen = true;
      turn += 1;
      setImmediate(() => (turnIsOpen = false));
    }
    return turn;
  };

  const start = (): void => {
    // Not at once: what is asked for in the same turn of the event loop shall be in the same group.
    working ??= new Promise<void>((turn) => setImmediate(turn)).then(work);
  };

  return {
    write: (act) =>
      new Promise((resolve, reject) => {
        waiting.push({ act, turn: thisTurn(), resolve, reject });
        start();
      }),
    alone: (work) =>
      new Promise((resolve, reject) => {
        jobs.push(() => work().then(resolve, reject));
        start();
      }),
    drain: async () => {
      while (working !== undefined) await working;
    },
  };
}

interface Waiting<Act> {
  readonly act: Act;
  readonly turn: number;
  readonly resolve: (changed: boolean) => void;
  readonly reject: (error: unknown) => void;
}

const largestGroup = 256;
