import type { Json } from '../json.ts';
import type { Usage } from '../message.ts';
import type { ProblemData } from '../problem.ts';
import type { ExecutionState } from '../status.ts';

/** Says that a run is accepted. */
export interface RunReceipt {
  readonly runId: string;
  readonly acceptedAt: string;
}

/** A run as the API shows it. */
export interface RunRecord {
  readonly runId: string;
  readonly workflow: string;
  /** The run that this one does again, or is part of. */
  readonly parent?: string;
  readonly state: ExecutionState;
  readonly input: Json;
  readonly output?: Json;
  readonly error?: ProblemData;
  readonly usage?: Usage;
  readonly hash: string;
  readonly createdAt: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly durationMs?: number;
}
