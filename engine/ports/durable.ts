import type { EventData, NewEvent } from '../core/event.ts';
import type { Json } from '../core/json.ts';
import type { Activities } from './activities.ts';

/** What is stored of a step before its run is carried on. */
export type StepPast = 'started' | EventData['step_end']['status'];

/**
 * What a run's orchestration may do: nothing here is undone by a crash. Contract: `step` gives the recorded value without
 * running `work` when a checkpoint of that key exists; otherwise it runs `work` and commits its value before it resolves;
 * a failing `work` leaves no checkpoint. Keys are stable paths, unique in a run; steps with different keys may run in parallel.
 */
export interface RunContext {
  readonly runId: string;
  /** ISO time at which the run was admitted; the same after a resume. */
  readonly startedAt: string;
  readonly signal: AbortSignal;
  readonly activities: Activities;
  /** What the stored events of the run say of its steps, by path: that a step had started, or how it last ended. */
  readonly past: ReadonlyMap<string, StepPast>;
  step(key: string, work: () => Promise<Json>): Promise<Json>;
  /** Waits; rejects when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Milliseconds that only grow, for event durations only, never for decisions. */
  elapsed(): number;
  /** Adds an event of this run. Those added before a `step` resolves are committed with its checkpoint. */
  emit(event: NewEvent): void;
  /** A signal that aborts with Problem `timeout` after `ms`, or with its parent. */
  deadline(ms: number, parent: AbortSignal): { readonly signal: AbortSignal; cancel(): void };
}
