import type { Json, JsonSchema } from '../core/json.ts';

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

/** Which open approvals to list. */
export interface ApprovalFilter {
  readonly workflow?: string;
  readonly runId?: string;
  /** Of calls that this agent's model wants to make. */
  readonly agent?: string;
  readonly submissionId?: string;
  /** Only what work of an owner asks, or asks one of these names or `role:<name>`s. */
  readonly of?: { readonly owner: string; readonly names: readonly string[] };
  /** Default 100. */
  readonly limit?: number;
  /** Only what comes behind the approval with this id, whether it is still open or not. */
  readonly after?: string;
}

/** What a person answers. */
export interface ApprovalAnswer {
  /** Needed for an `approval` and a `tool`, and only there. */
  readonly decision?: 'approved' | 'rejected';
  /** The answer to an `ask`, or what the form of an approval wants (of a `tool`: `{reason}`); default an empty map. */
  readonly data?: Json;
  /** Who answers. */
  readonly by?: string;
  /** Roles of who answers. */
  readonly roles?: readonly string[];
}

/** What people are asked: decisions of `approval`, answers of `ask`, and decisions on tool calls that `permissions` ask about. */
export interface EngineApprovals {
  /** What is open, of the newest run or submission first. Throws Problem `run_not_found`, `submission_not_found`. */
  list(filter?: ApprovalFilter): Promise<readonly Approval[]>;
  /**
   * Gives the one answer to what a step or call asks. Throws Problem `run_not_found`, `submission_not_found`, `not_found` (it asks nothing), `conflict` (it has its
   * answer, or it is too late), `forbidden` (another one must decide), `invalid_input` (does not fit the form; it stays open),
   * `invalid_request` (no decision where one is needed, or the other way round).
   * @param id of the run or submission.
   * @param step as the approval has it: path of the step with the indexes of its rounds (`lines[3]/sign_off`), or the call.
   */
  resolve(id: string, step: string, answer: ApprovalAnswer): Promise<void>;
}
