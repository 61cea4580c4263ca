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
  /** The stored version of the project that has these specs; absent before versions were stored. */
  readonly specs?: string;
  /** At most one execution of a kind and name has a given key; default none. */
  readonly idempotencyKey?: string;
  /** The execution that started this one. */
  readonly parent?: string;
  /** Whose it is, where callers sign in; absent: nobody's. */
  readonly owner?: string;
  /** How often it was taken up without recording anything new: 1 at first, 0 while it never was. */
  readonly attempts: number;
  /** Why it shall stop, once somebody asked for it. */
  readonly cancel?: ProblemData;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
  /** What of it cannot be read any more; such parts are null or absent here. */
  readonly damage?: string;
}

/** What is recorded of an execution before it begins, by key. */
export type FirstRecords = readonly (readonly [key: string, value: Json])[];

/** How an execution ended. */
export interface Outcome {
  readonly state: 'succeeded' | 'failed' | 'cancelled';
  readonly output?: Json;
  readonly error?: ProblemData;
  readonly usage?: Usage;
  readonly endedAt: number;
}

/** A message to an execution, kept until it is asked for. */
export interface Signal {
  /** Grows with the order of arrival. */
  readonly seq: number;
  readonly topic: string;
  readonly payload: Json;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Which executions to list; the last admitted first. */
export interface ExecutionFilter {
  readonly kind?: Execution['kind'];
  readonly name?: string;
  readonly states?: readonly ExecutionState[];
  /** Only executions of this owner. */
  readonly owner?: string;
  /** Only executions whose key is this one, or begins with it and a `.`. */
  readonly under?: string;
  /** Milliseconds since 1970: only executions admitted then or later. */
  readonly since?: number;
  /** Only executions admitted before this one. */
  readonly before?: string;
  /** 1 to 1000, default 100. */
  readonly limit?: number;
  /** Leaves out outputs and errors, and gives null for inputs: they may be large. Default false. */
  readonly brief?: boolean;
}

/** Which keys of a namespace to list. */
export interface KeyFilter {
  readonly prefix?: string;
  /** Only keys behind this one; with `descending` those before it. */
  readonly after?: string;
  /** The last key first; default false. */
  readonly descending?: boolean;
  /** 1 to 10000. */
  readonly limit: number;
}

/** Small documents by namespace and key. Namespaces are letters and digits. */
export interface Documents {
  get(namespace: string, key: string): Promise<Json | undefined>;
  getMany(namespace: string, keys: readonly string[]): Promise<readonly (Json | undefined)[]>;
  set(namespace: string, key: string, value: Json): Promise<void>;
  delete(namespace: string, key: string): Promise<void>;
  /** Keys in order, and when each was last set, in milliseconds since 1970. */
  keys(
    namespace: string,
    filter: KeyFilter,
  ): Promise<readonly { readonly key: string; readonly at: number }[]>;
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
    /**
     * False when the id, or the idempotency key of this kind and name, exists already (nothing changes then).
     * @param records what is recorded of it from the first, in the same commit.
     */
    insert(execution: Execution, records?: FirstRecords): Promise<boolean>;
    /** Marks it running, for the time that `attempts` says. */
    start(id: string, startedAt: number, attempts: number): Promise<void>;
    /** Marks one that has not ended as at work, waiting for time or people, or let go by its engine. */
    mark(id: string, state: 'queued' | 'running' | 'waiting'): Promise<void>;
    /** Records that it shall stop; the first reason stays. False when it is unknown or has ended. */
    cancel(id: string, reason: ProblemData): Promise<boolean>;
    /** Records the one outcome; false when it already had one. */
    finish(id: string, outcome: Outcome): Promise<boolean>;
    get(id: string): Promise<Execution | undefined>;
    byIdempotencyKey(kind: Execution['kind'], name: string, key: string): Promise<Execution | undefined>;
    list(filter: ExecutionFilter): Promise<readonly Execution[]>;
    /** Executions that ended before a time, in the order of admission, behind a given one. */
    ended(
      before: number,
      page: { readonly after?: string; readonly limit: number },
    ): Promise<readonly Execution[]>;
    /** Removes one that has ended, with its events, checkpoints and signals; false when it is unknown or has not ended. */
    remove(id: string): Promise<boolean>;
    /** Forgets the idempotency keys of executions that ended before a time. */
    forgetKeys(endedBefore: number): Promise<void>;
    /** The stored versions of the project that executions are on which have not succeeded. */
    specs(): Promise<readonly string[]>;
  };
  readonly events: {
    append(events: readonly EngineEvent[]): Promise<void>;
    read(
      executionId: string,
      options: { readonly after: number; readonly limit: number },
    ): Promise<readonly EngineEvent[]>;
    /** Highest index stored, 0 for none. */
    last(executionId: string): Promise<number>;
    /** Removes all events of an execution that has ended; false when there were none. */
    remove(executionId: string): Promise<boolean>;
  };
  readonly signals: {
    /** False when the execution has a signal of this topic and idempotency key, is unknown, or has ended. */
    put(
      executionId: string,
      signal: {
        readonly topic: string;
        readonly idempotencyKey: string;
        readonly payload: Json;
        readonly at: number;
      },
    ): Promise<boolean>;
    /** All signals of an execution in order of arrival. */
    all(executionId: string): Promise<readonly Signal[]>;
  };
  readonly checkpoints: {
    /** First write wins. */
    put(executionId: string, key: string, value: Json): Promise<void>;
    all(executionId: string): Promise<ReadonlyMap<string, Json>>;
  };
  /** Gives the room of what was removed back to the disk. Others wait meanwhile. */
  vacuum(): Promise<void>;
  close(): Promise<void>;
}
