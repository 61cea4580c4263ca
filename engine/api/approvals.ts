import type { Json, JsonSchema } from '../core/json.ts';

/** What a step asks a person. */
export interface Approval {
  /** `<runId>/<step>`. */
  readonly id: string;
  readonly runId: string;
  readonly workflow: string;
  /** Path of the step, with the indexes of its rounds. */
  readonly step: string;
  /** `approval` wants a decision, `ask` an answer. */
  readonly kind: 'approval' | 'ask';
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
  /** Default 100. */
  readonly limit?: number;
}

/** What a person answers. */
export interface ApprovalAnswer {
  /** Needed for an `approval`, and only there. */
  readonly decision?: 'approved' | 'rejected';
  /** The answer to an `ask`, or what the form of an approval wants; default an empty map. */
  readonly data?: Json;
  /** Who answers. */
  readonly by?: string;
  /** Roles of who answers. */
  readonly roles?: readonly string[];
}

/** What steps ask people: decisions of `approval`, answers of `ask`. */
export interface EngineApprovals {
  /** What is open, of the newest run first. Throws Problem `run_not_found`. */
  list(filter?: ApprovalFilter): Promise<readonly Approval[]>;
  /**
   * Gives the one answer to what a step asks. Throws Problem `run_not_found`, `not_found` (it asks nothing), `conflict` (it has its
   * answer, or it is too late), `forbidden` (another one must decide), `invalid_input` (does not fit the form; it stays open),
   * `invalid_request` (no decision where one is needed, or the other way round).
   * @param step path of the step, with the indexes of its rounds: `lines[3]/sign_off`.
   */
  resolve(runId: string, step: string, answer: ApprovalAnswer): Promise<void>;
}
