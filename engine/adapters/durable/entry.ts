import type { NewEvent } from '../../core/event.ts';
import type { Problem } from '../../core/problem.ts';
import type { Worker } from '../../ports/durable.ts';
import type { ExecutionLog } from '../../ports/log.ts';
import type { Execution, Outcome } from '../../ports/store.ts';
import type { Before } from './before.ts';
import { createInbox, type Inbox } from './inbox.ts';

/** A wait for the outcome of another execution. */
export interface Call {
  /** Undefined as long as that one is not admitted. */
  readonly id: string | undefined;
}

/** An execution in this process: waiting for its turn, or at work. What only work needs is made when it begins: thousands may wait. */
export class Entry {
  readonly execution: Execution;
  readonly worker: Worker;
  /** What was stored when its work was begun here, or begun again. */
  before: Before;
  readonly log: ExecutionLog;
  /** Settles when the admission is on disk, or could not be stored. */
  admitted: Promise<unknown> = Promise.resolve();
  /** Whether the store must be told that its work starts. */
  mustMark: boolean;
  /** Whether it is work for sure, also before its admission is on disk. */
  readonly isSure: boolean;
  isAtWork = false;
  /** Whether all that is left to its work at present is to wait: for people, messages or times. */
  isWaiting = false;
  /** Called whenever its work begins to wait. */
  readonly rested: () => void;
  /** Whether its work stood still in this process, and goes on. */
  isAgain = false;
  /** How often it was taken up, this time too, without having got any further; 1 when it did. */
  attempts = 1;
  /** Why it is to end; undefined as long as nobody has ended it. */
  stopped: Problem | undefined;
  /** Set once it is being ended or let go, which it is once; resolves when it is held no more. */
  leaving: Promise<void> | undefined;
  /** How it ended, once that is on disk. */
  outcome: Outcome | undefined;
  /** Writes that belong into one commit with the outcome. */
  writes: (() => Promise<unknown>)[] = [];
  /** Resolves when the outcome is on disk, or the process let go of it: with the problem when it could not be written. */
  readonly done: Promise<Problem | undefined>;
  finish!: (problem?: Problem) => void;
  /** Why its outcome is not on disk though its work is done; the store is asked again. */
  refused: Problem | undefined;
  #inbox: Inbox | undefined;
  #attempt: AbortController | undefined;
  #calls: Set<Call> | undefined;
  #refusal: Promise<Problem> | undefined;
  #tellRefusal: ((problem: Problem) => void) | undefined;

  constructor({ execution, worker, before, log, mustMark, isSure = true, rested, inbox }: EntryStart) {
    this.execution = execution;
    this.worker = worker;
    this.before = before;
    this.log = log;
    this.mustMark = mustMark;
    this.isSure = isSure;
    this.rested = rested;
    this.#inbox = inbox;
    this.done = new Promise((resolve) => (this.finish = resolve));
  }

  get inbox(): Inbox {
    return (this.#inbox ??= createInbox([], new Set()));
  }

  set inbox(inbox: Inbox) {
    this.#inbox = inbox;
  }

  /** Has it end with a problem, its work too when there is any; the first one stands. */
  stop(reason: Problem): void {
    this.stopped ??= reason;
    this.#attempt?.abort(this.stopped);
  }

  /** What stops one attempt at its work: aborts when the entry is stopped, or when it is aborted itself, to go on another time. */
  attempt(): AbortController {
    const attempt = new AbortController();
    this.#attempt = attempt;
    if (this.stopped !== undefined) attempt.abort(this.stopped);
    return attempt;
  }

  /** Notes that the store refuses its outcome; the first reason stands. */
  refuse(problem: Problem): void {
    this.refused ??= problem;
    this.#tellRefusal?.(this.refused);
  }

  /** Resolves when the store has refused its outcome once. */
  get refusal(): Promise<Problem> {
    if (this.refused !== undefined) return Promise.resolve(this.refused);
    return (this.#refusal ??= new Promise((resolve) => (this.#tellRefusal = resolve)));
  }

  /** What its work waits for of other executions. */
  get calls(): readonly Call[] {
    return this.#calls === undefined ? [] : [...this.#calls];
  }

  /** Notes such a wait, until the result is called. */
  calling(call: Call): () => void {
    const calls = (this.#calls ??= new Set());
    calls.add(call);
    return () => void calls.delete(call);
  }

  /** Adds an event, when there is one, to its log. */
  note(event: NewEvent | undefined): void {
    if (event !== undefined) this.log.emit(event);
  }
}

/** What is known of an execution when it comes into this process. */
type EntryStart = Pick<Entry, 'execution' | 'worker' | 'before' | 'log' | 'mustMark' | 'rested'> & {
  /** Default true. */
  readonly isSure?: boolean;
  /** Default an empty one. */
  readonly inbox?: Inbox;
};
