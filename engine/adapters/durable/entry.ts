import type { NewEvent } from '../../core/event.ts';
import type { Problem } from '../../core/problem.ts';
import type { Worker } from '../../ports/durable.ts';
import type { ExecutionLog } from '../../ports/log.ts';
import type { Execution, Outcome } from '../../ports/store.ts';
import type { Before } from './before.ts';
import { createInbox, type Inbox } from './inbox.ts';

/** An execution in this process: waiting for its turn, or at work. */
export interface Entry {
  readonly execution: Execution;
  readonly worker: Worker;
  /** What was stored when its work was begun here, or begun again. */
  before: Before;
  readonly controller: AbortController;
  readonly log: ExecutionLog;
  inbox: Inbox;
  /** Settles when the admission is on disk, or could not be stored. */
  admitted: Promise<unknown>;
  /** Whether the store must be told that its work starts. */
  mustMark: boolean;
  isAtWork: boolean;
  /** Whether all that is left to its work at present is to wait: for people, messages or times. */
  isWaiting: boolean;
  /** Called whenever its work begins to wait. */
  readonly rested: () => void;
  /** Whether its work stood still in this process, and goes on. */
  isAgain: boolean;
  /** How it ended, once that is on disk. */
  outcome: Outcome | undefined;
  /** Writes that belong into one commit with the outcome. */
  writes: (() => Promise<unknown>)[];
  /** Resolves when the outcome is on disk, or the process let go of it: with the problem when it could not be written. */
  readonly done: Promise<Problem | undefined>;
  readonly finish: (problem?: Problem) => void;
}

/** An execution that has just come into this process. */
export function makeEntry(
  parts: Pick<Entry, 'execution' | 'worker' | 'before' | 'log' | 'mustMark' | 'rested'> &
    Partial<Pick<Entry, 'inbox'>>,
): Entry {
  let finish: Entry['finish'] = () => undefined;
  const done = new Promise<Problem | undefined>((resolve) => (finish = resolve));
  return {
    inbox: createInbox([], new Set()),
    ...parts,
    controller: new AbortController(),
    admitted: Promise.resolve(),
    isAtWork: false,
    isWaiting: false,
    isAgain: false,
    outcome: undefined,
    writes: [],
    done,
    finish,
  };
}

/** Adds an event, when there is one, to the log of an entry. */
export function note({ log }: Entry, event: NewEvent | undefined): void {
  if (event !== undefined) log.emit(event);
}
