import type { EngineEvent } from '../core/event.ts';
import type { Json } from '../core/json.ts';
import type { Usage } from '../core/message.ts';
import type { ProblemData } from '../core/problem.ts';
import type { ExecutionState } from '../core/status.ts';

/** Everything accepted: a run of a workflow, or a submission to an agent session. */
export interface Execution {
  readonly id: string;
  readonly kind: 'run' | 'submission';
  /** Workflow or agent name. */
  readonly name: string;
  /** Session key for submissions, empty for runs. */
  readonly key: string;
  readonly state: ExecutionState;
  readonly input: Json;
  readonly output?: Json;
  readonly error?: ProblemData;
  readonly usage?: Usage;
  /** Content hash of the specs it runs on. */
  readonly hash: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
}

/** How an execution ended. */
export interface Outcome {
  readonly state: 'succeeded' | 'failed' | 'cancelled';
  readonly output?: Json;
  readonly error?: ProblemData;
  readonly usage?: Usage;
  readonly endedAt: number;
}

/** Which executions to list; the last admitted first. */
export interface ExecutionFilter {
  readonly kind?: Execution['kind'];
  readonly name?: string;
  readonly states?: readonly ExecutionState[];
  /** Only executions admitted before this one. */
  readonly before?: string;
  /** 1 to 1000, default 100. */
  readonly limit?: number;
}

/** Small documents by namespace and key. Namespaces are letters and digits. */
export interface Documents {
  get(namespace: string, key: string): Promise<Json | undefined>;
  getMany(namespace: string, keys: readonly string[]): Promise<readonly (Json | undefined)[]>;
  set(namespace: string, key: string, value: Json): Promise<void>;
  delete(namespace: string, key: string): Promise<void>;
}

/**
 * What survives. Contract: a write that resolved is on disk (fsync) for durable stores; a failing write rejects with Problem
 * `store_unavailable`, nothing is swallowed; every method is one atomic act, and what is asked for in one turn of the event loop is
 * one commit; calls may run in parallel; events of one execution
 * come back in index order.
 */
export interface Store {
  readonly durable: boolean;
  readonly documents: Documents;
  readonly executions: {
    /** False when the id exists already (nothing changes then). */
    insert(execution: Execution): Promise<boolean>;
    /** Marks it running. */
    start(id: string, startedAt: number): Promise<void>;
    /** Records the one outcome; false when it already had one. */
    finish(id: string, outcome: Outcome): Promise<boolean>;
    get(id: string): Promise<Execution | undefined>;
    list(filter: ExecutionFilter): Promise<readonly Execution[]>;
  };
  readonly events: {
    append(events: readonly EngineEvent[]): Promise<void>;
    read(
      executionId: string,
      options: { readonly after: number; readonly limit: number },
    ): Promise<readonly EngineEvent[]>;
    /** Highest index stored, 0 for none. */
    last(executionId: string): Promise<number>;
  };
  readonly checkpoints: {
    /** First write wins. */
    put(executionId: string, key: string, value: Json): Promise<void>;
    all(executionId: string): Promise<ReadonlyMap<string, Json>>;
  };
  close(): Promise<void>;
}
