import type { EngineEvent, NewEvent } from '../core/event.ts';
import type { Json } from '../core/json.ts';
import type { Execution, Outcome } from './store.ts';

/** Where a log begins. */
export interface LogStart {
  /** Highest index stored already; default 0. */
  readonly from?: number;
  /** No timestamp will be earlier than this, in milliseconds since 1970. */
  readonly notBefore?: number;
  /** Whose log it is, as it was admitted. */
  readonly execution?: Execution;
}

/**
 * Asks for writes of the store that belong into one commit with an event; asked again when that commit fails. What it
 * throws is told to the operator, and the event is stored without.
 * @param about the execution, and its outcome where the event tells the end.
 */
export type WithEvent = (
  event: EngineEvent,
  about: { readonly execution: Execution; readonly outcome: Outcome | undefined },
) => readonly Promise<unknown>[];

/** The one writer of an execution's events. */
export interface ExecutionLog {
  readonly executionId: string;
  /**
   * Adds an event and gives it index, id and time. Stored events are written together, within a few milliseconds or with the next `flush`;
   * `flush` tells whether that worked. After the terminal event, and after `close`, nothing is added: the event comes back with index 0.
   */
  emit(event: NewEvent): EngineEvent;
  /**
   * Writes a checkpoint in one commit with all events emitted so far. Rejects with the store's Problem; then neither the checkpoint
   * nor any of these events is stored, and only the events are tried again.
   * @param options.isUrgent false: it goes with the next write of events, and starts none of its own.
   */
  checkpoint(key: string, value: Json, options?: { readonly isUrgent?: boolean }): Promise<void>;
  /** Resolves when all events emitted so far are committed. Rejects with the store's Problem; those events stay, the next emit or flush tries again. */
  flush(): Promise<void>;
  /**
   * Adds the terminal event, in one commit with the outcome when one is given, and with what `writes` ask of the store; resolves when it is committed and delivered, and
   * closes the log. When the log has ended already, the first terminal event stands and is returned. Rejects like `flush`; the
   * log is then still open.
   */
  end(event: NewEvent, outcome?: Outcome, writes?: readonly (() => Promise<unknown>)[]): Promise<EngineEvent>;
  /** Lets go of the execution, and of what was not written yet, which rejects: it was never admitted. */
  drop(): void;
  /** Flushes and lets go of the execution, also when flushing rejects. */
  close(): Promise<void>;
}
