import type { Json } from '../../core/json.ts';
import type { Approval } from '../../core/records/approval.ts';
import type { AgentName, ProjectTypes, Registered, Suggested, WorkflowName } from '../../core/register.ts';
import type { CallOptions, Page, PageOptions } from './options.ts';

/** Which open approvals to list. */
export interface ApprovalFilter<P extends ProjectTypes = Registered> extends PageOptions {
  readonly workflow?: Suggested<WorkflowName<P>>;
  readonly runId?: string;
  /** Of calls that this agent's model wants to make. */
  readonly agent?: Suggested<AgentName<P>>;
  readonly submissionId?: string;
}

/** What a person answers. */
export interface ApprovalAnswer {
  /** Needed for an `approval` and a `tool`, and only there. */
  readonly decision?: 'approved' | 'rejected';
  /** The answer to an `ask`, or what the form of an approval wants. */
  readonly data?: Json;
  /** Who answers, where nobody signs in. */
  readonly by?: string;
}

/** What is read of approvals. */
export interface ApprovalReads<P extends ProjectTypes = Registered> {
  /** A page of what is open, of the newest work first. */
  list(filter?: ApprovalFilter<P>, options?: CallOptions): Promise<Page<'approvals', Approval>>;
  /** All that is open. */
  all(filter?: Omit<ApprovalFilter<P>, 'after' | 'limit'>, options?: CallOptions): AsyncIterable<Approval>;
}

/** What people are asked. */
export interface ClientApprovals<P extends ProjectTypes = Registered> extends ApprovalReads<P> {
  /**
   * Gives the one answer to what a step, or a tool call, of a run or submission asks.
   *
   * @example
   * const { approvals } = await client.approvals.list();
   * for (const { runId = '', step } of approvals) await client.approvals.resolve(runId, step, { decision: 'approved' });
   */
  resolve(id: string, step: string, answer: ApprovalAnswer, options?: CallOptions): Promise<void>;
}
