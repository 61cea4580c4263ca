import type { EventData, NewEvent } from '../core/event.ts';
import type { Json } from '../core/json.ts';
import type { Usage } from '../core/message.ts';
import type { Problem } from '../core/problem.ts';
import type { Activities } from './activities.ts';
import type { Execution, FirstRecords, Outcome } from './store.ts';

/** What is stored of a step before its execution is carried on. */
export interface StepPast {
  readonly state: 'started' | EventData['step_end']['status'];
  /** How often it started since it last ended. */
  readonly starts: number;
}

/**
 * What an execution's work may do: nothing here is undone by a crash. Keys are stable paths, unique in the execution; acts with
 * different keys may run in parallel.
 */
export interface ExecutionContext {
  readonly id: string;
  /** ISO time of the admission; the same after a crash. */
  readonly admittedAt: string;
  /** Aborts with the Problem the execution shall end with; with `shutting_down` it shall stop and ends another time. */
  readonly signal: AbortSignal;
  /** What the stored events of the execution say of its steps, by path: that a step had started, or how it last ended. */
  readonly past: ReadonlyMap<string, StepPast>;
  /**
   * The recorded value of a key; without one it runs `work` and commits its value before it resolves. A failing `work` leaves no
   * record; when the signal has aborted it is not run.
   */
  step(key: string, work: () => Promise<Json>): Promise<Json>;
  /** The recorded value of a key, or undefined. */
  recorded(key: string): Json | undefined;
  /**
   * Waits from the first time on that it is asked for, crashes and restarts included, and no longer than `ms` more when the clock was
   * set back. Rejects when a signal aborts.
   */
  pause(key: string, ms: number, signal?: AbortSignal): Promise<void>;
  /**
   * The next signal of a topic that nobody received yet; those that came early count. Undefined when none came within `timeoutMs`
   * of the first time that it is asked for. What it gave once it always gives. Rejects when a signal aborts.
   * @param options.fits asked once for each signal of the topic, restarts included; what does not fit is left to other waits. Events
   * that are added while it is asked are stored with its answer.
   */
  receive(
    key: string,
    topic: string,
    options?: {
      readonly timeoutMs?: number;
      readonly signal?: AbortSignal;
      /** The wait does not show in the execution's state: there is other work, or `wait` shows it. */
      readonly isQuiet?: boolean;
      readonly fits?: (payload: Json) => boolean;
    },
  ): Promise<Received | undefined>;
  /**
   * Waits for what others bring about, in a way that shows in the execution's state as `pause` does. Nothing is recorded.
   * @param options.inStep the step that waits is not at work meanwhile.
   */
  wait<T>(work: () => Promise<T>, options?: { readonly inStep?: boolean }): Promise<T>;
  /**
   * Waits for the outcome of another execution, in a way that shows as `wait` does. Nothing is recorded.
   * @param work says whose outcome it waits for once it knows: as long as that one is at work, this one is too, see `Durable.idle`.
   */
  waitFor<T>(work: (tell: (id: string) => void) => Promise<T>): Promise<T>;
  /** Waits in this process only; rejects when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Milliseconds that only grow, for event durations only, never for decisions. */
  elapsed(): number;
  /** Milliseconds since the admission. */
  age(): number;
  /** Says what was spent so far; the last word is part of the outcome, however the work ends. */
  spent(usage: Usage): void;
  /** Has a write of the store be asked for together with the outcome, so that they are one commit. */
  withOutcome(write: () => Promise<unknown>): void;
  /** Resolves when the admission and every event so far is on disk: what has effects elsewhere starts behind it. */
  committed(): Promise<void>;
  /** Adds an event. Those added before a `step` resolves are committed with its record. */
  emit(event: NewEvent): void;
  /** A signal that aborts with Problem `timeout` after `ms`, or with its parent. */
  deadline(ms: number, parent: AbortSignal): { readonly signal: AbortSignal; cancel(): void };
}

/** A signal as its receiver sees it. */
export interface Received {
  readonly payload: Json;
  /** ISO time at which it came. */
  readonly at: string;
}

/** What the steps of a workflow run may do. */
export interface RunContext extends ExecutionContext {
  readonly activities: Activities;
}

/** What is to be admitted. */
export type NewExecution = Pick<
  Execution,
  'id' | 'kind' | 'name' | 'key' | 'input' | 'hash' | 'specs' | 'idempotencyKey' | 'parent' | 'owner'
>;

/** Says that work is accepted: it is on disk, and will come to exactly one outcome. */
export interface Receipt {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly acceptedAt: number;
  /** False when the idempotency key, or the id, had been admitted before. */
  readonly created: boolean;
}

/** Who carries out the executions of one kind. */
export interface Worker {
  /** How many executions of one key may work at a time, 1 or more; default 1. Executions without a key do not wait for each other. */
  limit?(execution: NewExecution): number;
  /**
   * How often an execution is taken up again without having got any further, before it fails; default 3. It got further when something
   * new is recorded, or a tool call or the last turn of a model ended.
   */
  readonly retakes?: number;
  /** What of an input must be the same for the same idempotency key; default all of it. */
  asked?(input: Json): Json;
  /** When the store fails under the work, it goes on from its records once the store works again, instead of failing; default false. */
  readonly outlastsStore?: boolean;
  /** The event of an admission that must wait behind `before` others. */
  queued?(execution: Execution, before: number): NewEvent;
  /** The event of its start, or with `records` of its being carried on after a crash. */
  started?(execution: Execution, records: number | undefined): NewEvent | undefined;
  /** The terminal event. */
  ended(execution: Execution, outcome: Outcome): NewEvent;
  /** Does the work and gives its output. What it throws is the failure of the execution. */
  work(context: ExecutionContext, execution: Execution): Promise<Json>;
}

/**
 * Carries accepted work to its one outcome, through crashes and restarts. Contract: a receipt is given when the admission is on
 * disk; executions of one key start in the order of their admission; the first outcome stands; what was recorded is never done
 * again; signals are kept until they are received; a cancellation that was acknowledged holds through a crash.
 */
export interface Durable {
  /** Says who carries out executions of a kind. Before `start`. */
  define(kind: Execution['kind'], worker: Worker): void;
  /** Takes up what has no outcome, the oldest first. Resolves when all of it is at work or waiting for its turn. */
  start(): Promise<void>;
  /**
   * Admits work. The same idempotency key with the same input gives the same receipt. Throws Problem `conflict` (the key was
   * used with another input), `shutting_down`, and the store's.
   * @param records what is recorded of it from the first, in one commit with it; nothing when it had been admitted before.
   * @param isPart work that is at work asks for it: it is admitted while draining as well, until `close`.
   * @param isFresh its id was made for it just now, so that nothing can be stored under it: its work may begin while it is being
   * stored. Default false.
   */
  admit(
    execution: NewExecution,
    records?: FirstRecords,
    isPart?: boolean,
    isFresh?: boolean,
  ): Promise<Receipt>;
  /**
   * The receipt of what was admitted before under the idempotency key of this; undefined when there is none, and nothing is
   * admitted. Throws as `admit` does.
   */
  known(execution: NewExecution, isPart?: boolean): Promise<Receipt | undefined>;
  /** The executions of a key that have no outcome, in the order of their admission. */
  pending(key: string): readonly string[];
  /** How many these are; costs the same however many. */
  count(key: string): number;
  /** Keeps a signal for an execution; false when it is unknown, has ended, or has a signal of this topic and key already. */
  signal(
    id: string,
    signal: { readonly topic: string; readonly payload: Json; readonly idempotencyKey: string },
  ): Promise<boolean>;
  /** Has an execution end with a Problem, at once when it only waits; false when it is unknown or has ended. */
  cancel(id: string, reason: Problem): Promise<boolean>;
  /** Has an execution go on that this process was told to leave alone when it started; false when it is unknown or has ended. */
  takeUp(id: string): Promise<boolean>;
  /**
   * Waits for the outcome; undefined when there is no such execution. Rejects with the signal's reason.
   * @param isTold rejects with Problem `outcome_pending` while the work is done and the store refuses the outcome; else waits longer.
   */
  result(id: string, signal?: AbortSignal, isTold?: boolean): Promise<Execution | undefined>;
  /**
   * Admits the work of an execution that failed or was cancelled once more, under a new id. It keeps the records whose key `keeps`
   * approves; default none. Throws Problem `conflict` when the execution has not ended so, `not_found`.
   */
  redrive(
    id: string,
    newId: string,
    keeps?: (key: string) => boolean,
    options?: {
      /** Also an execution that succeeded; default false. */
      readonly evenSucceeded?: boolean;
      /** Content hash of the specs it shall run on; default those of the first. */
      readonly hash?: string;
      /** The stored version that these specs are of. */
      readonly specs?: string | undefined;
    },
  ): Promise<Receipt>;
  /** Admits no more but parts of what is accepted, which goes on. */
  drain(): void;
  /**
   * Resolves when nothing is at work in this process. What only waits, for people, messages or times, is not at work; what waits for
   * another execution is as long as that one is.
   */
  idle(): Promise<void>;
  /** Stops all work; what has no outcome is taken up at the next start. */
  close(): Promise<void>;
}
