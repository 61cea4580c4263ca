import type { Json } from '../json.ts';
import type { Usage } from '../message.ts';
import type { ProblemData } from '../problem.ts';
import type { ExecutionState } from '../status.ts';

/** Says that a message is accepted: it is on disk, and will come to exactly one outcome. */
export interface SubmissionReceipt {
  readonly submissionId: string;
  readonly acceptedAt: string;
}

/** A message to an agent as the API shows it. */
export interface SubmissionRecord {
  readonly submissionId: string;
  readonly agent: string;
  readonly instance: string;
  readonly session: string;
  readonly state: ExecutionState;
  /** How many are before it in its session, while it waits. */
  readonly position?: number;
  readonly message: string;
  readonly output?: Json;
  readonly error?: ProblemData;
  readonly usage?: Usage;
  readonly acceptedAt: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
}
