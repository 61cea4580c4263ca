import type { Json, JsonObject } from './json.ts';
import type { Usage } from './message.ts';
import type { ProblemData } from './problem.ts';
import type { TypedReport } from './typed-report.ts';
import type { ExecutionState, StepStatus } from './status.ts';

/** What happened, and its `data`. `*_delta` and `progress` are live only; everything else is stored. */
export interface EventData {
  run_start: { readonly workflow: string; readonly input: Json; readonly hash: string };
  run_resume: { readonly checkpoints: number };
  run_end: {
    readonly state: ExecutionState;
    readonly output?: Json;
    readonly error?: ProblemData;
    readonly usage: Usage;
  };
  step_start: { readonly verb: string; readonly attempt: number };
  step_end: {
    readonly status: StepStatus;
    readonly output?: Json;
    readonly error?: ProblemData;
    readonly attempts: number;
    readonly durationMs: number;
  };
  submission_queued: { readonly position: number };
  submission_resume: { readonly checkpoints: number };
  submission_end: { readonly state: ExecutionState; readonly error?: ProblemData };
  operation_start: {
    readonly operation: 'prompt' | 'skill' | 'task' | 'shell' | 'compact';
    readonly message: string;
  };
  operation_end: {
    readonly isError: boolean;
    readonly text?: string;
    readonly output?: Json;
    /** How the typed result came about; absent without a schema. */
    readonly typed?: TypedReport;
    readonly error?: ProblemData;
    readonly usage: Usage;
    readonly durationMs: number;
  };
  turn_start: { readonly model: string; readonly turn: number };
  turn_end: {
    readonly model: string;
    readonly text: string;
    readonly finish: string;
    readonly usage: Usage;
    readonly toolCalls: number;
    /** Why it gave no answer. */
    readonly error?: ProblemData;
  };
  /** A model call failed before it gave anything, and is made again after a wait. */
  turn_retry: {
    readonly model: string;
    /** The attempt that failed, from 1. */
    readonly attempt: number;
    readonly waitMs: number;
    readonly error: ProblemData;
  };
  text_delta: { readonly text: string };
  thinking_delta: { readonly text: string };
  /** A piece of the JSON text of a tool's input, as the model writes it. */
  tool_input_delta: { readonly tool: string; readonly text: string };
  tool_start: { readonly tool: string; readonly input: Json };
  tool_end: {
    readonly tool: string;
    readonly isError: boolean;
    /** Code of the failure. */
    readonly errorType?: string;
    readonly output: Json;
    readonly durationMs: number;
    /** What runs and other agents used that it called; absent: nothing. */
    readonly usage?: Usage;
    readonly modelCalls?: number;
  };
  task_start: {
    readonly prompt: string;
    readonly agent?: string;
    /** What it is about in a few words. */
    readonly description?: string;
    /** Folder it is about. */
    readonly cwd?: string;
  };
  task_end: {
    readonly isError: boolean;
    readonly text: string;
    readonly error?: ProblemData;
    /** With that of its own tasks. */
    readonly usage: Usage;
    readonly durationMs: number;
  };
  /** A conversation is being summarised: over the limit (`threshold`), refused as too long (`overflow`), or asked for (`manual`). */
  compaction_start: {
    readonly reason: 'threshold' | 'overflow' | 'manual';
    /** Who writes the summary. */
    readonly model: string;
    readonly tokensBefore: number;
  };
  compaction_end: {
    /** It failed: the conversation is as it was. */
    readonly isError: boolean;
    readonly error?: ProblemData;
    readonly reason: 'threshold' | 'overflow' | 'manual';
    readonly model: string;
    readonly messagesBefore: number;
    readonly messagesAfter: number;
    readonly tokensBefore: number;
    readonly tokensAfter: number;
    /** What the summary used. */
    readonly usage: Usage;
    readonly modelCalls: number;
    readonly durationMs: number;
  };
  approval_requested: JsonObject;
  approval_resolved: JsonObject;
  log: {
    readonly level: 'debug' | 'info' | 'warn' | 'error';
    readonly message: string;
    readonly fields?: JsonObject;
  };
  progress: { readonly ratio: number; readonly message?: string };
  error: ProblemData;
  idle: JsonObject;
}

/** Name of an event. */
export type EventType = keyof EventData;

/** What an event belongs to. */
export interface EventScope {
  readonly runId?: string;
  readonly agent?: string;
  readonly instanceId?: string;
  readonly session?: string;
  readonly submissionId?: string;
  readonly operationId?: string;
  readonly turnId?: string;
  readonly toolCallId?: string;
  readonly taskId?: string;
  readonly stepPath?: string;
  /** The operation or execution that caused this one. */
  readonly parentId?: string;
}

/** What rooms emit; the journal adds id, index and time. */
export type NewEvent = {
  [Type in EventType]: EventScope & { readonly type: Type; readonly data: EventData[Type] };
}[EventType];

/**
 * One thing that happened, as stored and sent. `index` is dense and increasing per execution, from 1;
 * live-only events have index 0 and the id of nothing.
 */
export type EngineEvent = NewEvent & {
  readonly v: 1;
  /** `<execution id>#<index>`; empty for live-only events. */
  readonly id: string;
  readonly index: number;
  /** ISO 8601, UTC. */
  readonly timestamp: string;
  /** The run or submission whose stream this event is in. */
  readonly executionId: string;
};

/** Event types that are sent live and never stored. */
export const liveOnly: readonly EventType[] = [
  'text_delta',
  'thinking_delta',
  'tool_input_delta',
  'progress',
];

/** Event types after which an execution's stream has no more events. */
export const terminalEvents: readonly EventType[] = ['run_end', 'submission_end'];
