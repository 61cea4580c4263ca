import type { Json, JsonSchema } from '../json.ts';

/** What a step, or a tool call of a model, asks a person. */
export interface Approval {
  /** Id of the run or submission, `/`, and `step`. */
  readonly id: string;
  /** The run that waits; absent for a submission. */
  readonly runId?: string;
  readonly workflow?: string;
  /** The submission that waits; absent for a run. */
  readonly submissionId?: string;
  /** The agent whose model wants to make the call. */
  readonly agent?: string;
  readonly instance?: string;
  readonly session?: string;
  /** Path of the step, with the indexes of its rounds; of a call its id, in a run behind the path and `/`. */
  readonly step: string;
  /** `approval` wants a decision, `ask` an answer, `tool` a decision on a tool call of a model. */
  readonly kind: 'approval' | 'ask' | 'tool';
  /** The call, and the rule of `permissions` by which it needs approval; null: no rule allows it. */
  readonly tool?: { readonly name: string; readonly input: Json; readonly rule: string | null };
  readonly title: string;
  readonly message?: string;
  readonly details?: string;
  /** Names of callers, or `role:<name>`; empty: everybody. */
  readonly approvers: readonly string[];
  readonly requireDifferentApprover: boolean;
  /** Shape of the answer, or of the data that come with a decision. */
  readonly form?: JsonSchema;
  readonly requestedAt: string;
  readonly expiresAt?: string;
}
