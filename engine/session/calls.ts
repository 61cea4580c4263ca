import type { Json } from '../core/json.ts';
import type { Usage } from '../core/message.ts';
import type { Limits } from '../program/agent.ts';
import type { Caller } from './execution-part.ts';
import type { SessionPorts } from './ports.ts';

/** Who calls, and how. */
export interface Calling {
  /** Who is waiting for it, itself as the last. */
  readonly callers: readonly Caller[];
  /** The same key is the same run or submission. */
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
  /** Told what models had cost when it fails. */
  lost(usage: Usage, modelCalls: number): void;
}

/** What was called gave. */
export interface Called {
  /** Id of the run or submission. */
  readonly id: string;
  readonly output: Json;
  readonly usage: Usage;
  readonly modelCalls: number;
}

/**
 * Work of the project that other work starts and waits for, on the same version of the specs. It is admitted like any other, so that
 * it outlasts a crash; when the signal aborts it is cancelled, unless the engine stops. Throws the Problem that it ended with, and
 * `limit_reached` when too many call each other.
 */
export interface Calls {
  workflow(
    on: SessionPorts,
    calling: Calling,
    request: { readonly workflow: string; readonly input: Json; readonly left: Limits },
  ): Promise<Called>;
  /** Throws Problem `conflict` when the session that is asked waits for this call. */
  agent(
    on: SessionPorts,
    calling: Calling,
    request: {
      readonly agent: string;
      readonly instance: string;
      readonly message: string | undefined;
      readonly input: Json | undefined;
    },
  ): Promise<Called>;
}
