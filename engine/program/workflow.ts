import type { JsonSchema } from '../core/json.ts';
import type { Origin } from '../core/range.ts';
import type { Template, Value } from '../expr/index.ts';
import type { Agent, Limits } from './agent.ts';
import type { Sandbox } from './sandbox.ts';
import type { Step } from './step.ts';

/** A workflow, declared or in TypeScript. */
export interface Workflow {
  readonly name: string;
  readonly description: string;
  /** Covers the workflow and everything it reaches (agents, tools, skills, roles, sandboxes, instructions, models). */
  readonly hash: string;
  readonly origin: Origin;
  readonly inputSchema: JsonSchema | undefined;
  readonly outputSchema: JsonSchema | undefined;
  readonly sandbox: Sandbox;
  readonly limits: Limits;
  /** How many runs may work at a time; undefined: no bound. */
  readonly concurrency: Concurrency | undefined;
  readonly timeoutMs: number | undefined;
  /** Absolute path of the TypeScript or JavaScript file that is the workflow; it has no steps then. */
  readonly module: string | undefined;
  readonly steps: readonly Step[];
  /** Who answers its `prompt` steps: the model alone, with the project's defaults. */
  readonly prompter: Agent;
  /** Default: the output of the last step. */
  readonly output: Value | undefined;
}

/** A bound for runs of one workflow at work at the same time. */
export interface Concurrency {
  readonly limit: number;
  /** Rendered over `{input, env}`; runs with the same text count together. Undefined: all do. */
  readonly key: Template | undefined;
  /** What happens to a run beyond the limit. */
  readonly busy: 'queue' | 'reject' | 'replace';
}
