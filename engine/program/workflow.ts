import type { JsonSchema } from '../core/json.ts';
import type { Origin } from '../core/range.ts';
import type { Expression, Template, Value } from '../expr/index.ts';
import type { Agent, Limits } from './agent.ts';
import type { ModelChoice, ModelSettings, Thinking } from './model.ts';
import type { Sandbox } from './sandbox.ts';
import type { Retry } from './tool.ts';

/** A declared workflow. */
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
  readonly timeoutMs: number | undefined;
  readonly steps: readonly Step[];
  /** Who answers its `prompt` steps: the model alone, with the project's defaults. */
  readonly prompter: Agent;
  /** Default: the output of the last step. */
  readonly output: Value | undefined;
}

/** What every step has. */
export interface StepBase {
  readonly id: string;
  /** Ids from the root, joined by `/`: `decide/answer`. Stable while the spec is unchanged. */
  readonly path: string;
  readonly origin: Origin;
  readonly description: string | undefined;
  readonly if: Expression | undefined;
  readonly outputSchema: JsonSchema | undefined;
  readonly timeoutMs: number | undefined;
  readonly retry: Retry | undefined;
  readonly catch: readonly Catch[];
  readonly idempotencyKey: Value | undefined;
  /** Session the step's prompt belongs to; rendered; default one per step path. */
  readonly session: Template | undefined;
}

/** What happens instead when a step fails with one of the codes (none given: any code). Sees `error`. */
export interface Catch {
  readonly on: readonly string[];
  readonly steps: readonly Step[];
  readonly output: Value | undefined;
}

export interface PromptStep extends StepBase {
  readonly verb: 'prompt';
  readonly prompt: Template;
  readonly model: ModelChoice | undefined;
  readonly modelSettings: ModelSettings;
  readonly thinking: Thinking | undefined;
  readonly role: string | undefined;
}

export interface AgentStep extends StepBase {
  readonly verb: 'agent';
  readonly agent: string;
  /** The agent's typed input. */
  readonly with: Value | undefined;
  readonly message: Template | undefined;
  /** Instance id; default the run id. */
  readonly instance: Template | undefined;
  readonly model: ModelChoice | undefined;
  readonly role: string | undefined;
}

export interface ToolStep extends StepBase {
  readonly verb: 'tool';
  readonly tool: string;
  readonly with: Value | undefined;
}

export interface SetStep extends StepBase {
  readonly verb: 'set';
  readonly value: Value;
}

export interface LogStep extends StepBase {
  readonly verb: 'log';
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: Template;
  readonly data: Value | undefined;
}

/** Runs its branches side by side; output is a map from branch name to the branch's last output. */
export interface ParallelStep extends StepBase {
  readonly verb: 'parallel';
  readonly branches: readonly { readonly name: string; readonly steps: readonly Step[] }[];
  readonly maxConcurrency: number;
  readonly onError: 'fail-fast' | 'collect';
  readonly output: Value | undefined;
}

/** Runs its steps once an item; output is a list in item order. */
export interface ForeachStep extends StepBase {
  readonly verb: 'foreach';
  readonly items: Expression;
  /** Name of the item in the steps' scope; `index` is there too. */
  readonly as: string;
  readonly maxItems: number | undefined;
  readonly maxConcurrency: number;
  readonly onError: 'fail-fast' | 'collect';
  readonly steps: readonly Step[];
  readonly output: Value | undefined;
}

/** Runs the steps of the first case whose condition holds. */
export interface BranchStep extends StepBase {
  readonly verb: 'branch';
  readonly cases: readonly BranchCase[];
}

export interface BranchCase {
  /** Undefined for `else`. */
  readonly when: Expression | undefined;
  readonly steps: readonly Step[];
  readonly output: Value | undefined;
}

/** Repeats its steps; sees `prev` (the round before, null at first) and `index`. */
export interface LoopStep extends StepBase {
  readonly verb: 'loop';
  readonly until: Expression | undefined;
  readonly while: Expression | undefined;
  readonly maxIterations: number;
  readonly steps: readonly Step[];
  readonly output: Value | undefined;
}

/** Ends the run with this output. */
export interface ReturnStep extends StepBase {
  readonly verb: 'return';
  readonly value: Value;
}

/** Ends the run as failed. */
export interface FailStep extends StepBase {
  readonly verb: 'fail';
  readonly code: string;
  readonly message: Template;
  readonly details: Value | undefined;
}

/** One step of a workflow. */
export type Step =
  | PromptStep
  | AgentStep
  | ToolStep
  | SetStep
  | LogStep
  | ParallelStep
  | ForeachStep
  | BranchStep
  | LoopStep
  | ReturnStep
  | FailStep;
