import type { Json } from '../core/json.ts';
import type { Approval } from '../core/records/approval.ts';

export type { Approval } from '../core/records/approval.ts';

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
