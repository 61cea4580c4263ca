import type { JsonSchema } from '../../core/json.ts';
import type { Usage } from '../../core/message.ts';
import type { ExecutionState } from '../../core/status.ts';

/** An agent or workflow that is served, in short. */
export interface Listed {
  readonly name: string;
  readonly description: string;
  readonly inputSchema?: JsonSchema;
  readonly outputSchema?: JsonSchema;
}

/** Bounds of one operation; absent means unbounded. */
export interface DescribedLimits {
  readonly durationMs?: number;
  readonly modelCalls?: number;
  readonly tokens?: number;
  readonly costUsd?: number;
}

/** An agent, without what it is told and without what its tools do. */
export interface DescribedAgent extends Listed {
  readonly hash: string;
  /** It is written in TypeScript, and says the rest by itself. */
  readonly code?: true;
  /** `provider/model`; absent where every call names one. */
  readonly model?: string;
  readonly thinking?: Thinking;
  readonly tools: readonly string[];
  readonly skills: readonly string[];
  /** Roles that messages may name. */
  readonly roles: readonly string[];
  /** What the model of a message may be: an alias, `script/` and a script, or a model of a provider (`provider/model`). */
  readonly models: {
    readonly aliases: readonly string[];
    readonly providers: readonly string[];
    readonly scripts: readonly string[];
  };
  readonly subagents: readonly string[];
  readonly mcpServers: readonly string[];
  /** Type of its sandbox. */
  readonly sandbox: string;
  readonly harness: string;
  readonly busy: 'queue' | 'join' | 'reject' | 'replace';
  readonly queueLimit: number;
  readonly maxTurns: number;
  readonly timeoutMs?: number;
  readonly limits: DescribedLimits;
}

/** A workflow, without its steps. */
export interface DescribedWorkflow extends Listed {
  readonly hash: string;
  /** It is written in TypeScript. */
  readonly code?: true;
  readonly timeoutMs?: number;
  readonly limits?: DescribedLimits;
  readonly concurrency?: { readonly limit: number; readonly busy: string };
}

/** How hard a model thinks. */
export type Thinking = 'off' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh';

/** What is served, for who operates it. */
export interface ProjectStatus {
  readonly name: string;
  readonly hash: string;
  readonly agents: readonly string[];
  readonly workflows: readonly string[];
  readonly channels: readonly string[];
  readonly schedules: readonly string[];
  readonly unavailable: readonly { readonly message: string; readonly file: string }[];
  readonly secrets: {
    readonly declared: readonly string[];
    readonly missing: readonly string[];
    readonly warnings: readonly string[];
  };
}

/** A run or a message to an agent, in short. */
export interface ExecutionNote {
  readonly id: string;
  readonly kind: 'run' | 'submission';
  readonly name: string;
  readonly state: ExecutionState;
  readonly parent?: string;
  readonly usage?: Usage;
  readonly createdAt: string;
  readonly endedAt?: string;
}
