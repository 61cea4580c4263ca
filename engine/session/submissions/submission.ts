import type { SessionAddress } from '../../core/ids.ts';
import type { ImagePart } from '../../core/message.ts';
import type { Receipt } from '../../ports/durable.ts';
import type { Agent } from '../../program/agent.ts';
import type { Spent } from '../budget.ts';
import type { Caller } from '../execution-part.ts';
import type { Delivered } from '../tool-calls/reply-tool.ts';
import type { Grants, Here } from '../workspaces/grants.ts';
import type { OperationKind, OperationResult } from '../operation.ts';
import type { SessionPorts } from '../ports.ts';
import type { Ask } from '../prepare.ts';
import type { Source, Work } from '../work.ts';

/** One piece of work for a session, from outside. */
export interface Submission extends Ask {
  readonly agent: Agent;
  readonly address: SessionAddress;
  readonly images: readonly ImagePart[];
  readonly timeoutMs: number | undefined;
  readonly signal: AbortSignal | undefined;
  /** What shall be done; default a prompt. */
  readonly work?: Work;
  /** What it comes from; default what the work says. */
  readonly source?: Source;
  /** What it may use besides what its agent has; default nothing. */
  readonly grants?: Grants;
  /** What a channel brought that it is about; default none. */
  readonly delivered?: Delivered;
  /** What cannot be stored of it; default nothing. */
  readonly here?: Here;
  /** The same key with the same prompt is one submission; default none. */
  readonly idempotencyKey?: string;
  /** Who called for it; default nobody but a person or program. */
  readonly callers?: readonly Caller[];
  /** The execution that waits for it, with which it ends; default none. */
  readonly parent?: string;
  /** The version of the specs its agent is of; default the loaded one. */
  readonly on?: SessionPorts;
  /** What kind of work it is called; default what the work says. */
  readonly kind?: OperationKind;
  /** Where it counts what it uses; default for itself. */
  readonly spent?: Spent;
}

/** What a submission gave. */
export type PromptOutcome = OperationResult & { readonly model: string };

/** An admitted submission. */
export interface Admitted {
  readonly submissionId: string;
  readonly receipt: Receipt;
  readonly done: Promise<PromptOutcome>;
}
