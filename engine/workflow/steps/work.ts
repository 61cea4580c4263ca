import { stableText, type Json, type JsonObject } from '../../core/json.ts';
import type { Usage } from '../../core/message.ts';
import type { ActivityCall, PromptOutcome } from '../../ports/activities.ts';
import type { StepBase } from '../../program/step.ts';
import type { Frame } from '../frame.ts';

/** Which attempt at which step, and what stops it. */
export interface At {
  readonly path: string;
  /** From 1, those that a crash cut off included. */
  readonly attempt: number;
  /** From 1, without those. */
  readonly tries: number;
  readonly signal: AbortSignal;
  /** Told what an attempt that fails has used. */
  readonly lost?: ActivityCall['lost'];
}

/** What the work of a step gave. */
export interface Worked {
  readonly output: Json;
  readonly usage?: Usage;
  readonly modelCalls?: number;
  /** What a person answered. */
  readonly answer?: JsonObject;
}

/** The caller an activity is told. The idempotency key is the same in every attempt; default `<run id>/<path>`. */
export function callOf(step: StepBase, frame: Frame, at: At): ActivityCall {
  const { id: runId } = frame.run.context;
  const key = step.idempotencyKey?.evaluate(frame.scope) ?? `${runId}/${at.path}`;
  return {
    runId,
    stepPath: at.path,
    attempt: at.attempt,
    tries: at.tries,
    idempotencyKey: typeof key === 'string' ? key : stableText(key),
    signal: at.signal,
    ...(at.lost === undefined ? {} : { lost: at.lost }),
  };
}

/** Key under which a step that waits records that; another one in each attempt, which waits anew. */
export function waitKey(frame: Frame, at: At, what: string): string {
  return `${at.path}?${what}${frame.again}${at.tries === 1 ? '' : `~${at.tries}`}`;
}

/** Whether a record is of a wait under way: it says nothing once its step is recorded, and a run done again waits anew. */
export function isWaitKey(key: string): boolean {
  return key.indexOf('?') > 0;
}

/** Session a step's prompt belongs to: its own by default. */
export function sessionOf(step: StepBase, frame: Frame, at: At): string {
  return step.session?.render(frame.scope) ?? at.path;
}

/** What a model said, as the work of a step. */
export function workedBy(outcome: PromptOutcome): Worked {
  return { output: outcome.output, usage: outcome.usage, modelCalls: outcome.modelCalls };
}
