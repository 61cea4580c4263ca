import type { JsonSchema } from '../core/json.ts';
import type { Origin } from '../core/range.ts';
import type { Expression, Template, Value } from '../expr/index.ts';
import type { BranchStep, ForeachStep, LoopStep, ParallelStep } from './block-step.ts';
import type { CodeBounds } from './code.ts';
import type { ModelChoice, ModelSettings, Thinking } from './model.ts';
import type { HttpTool, Retry } from './tool.ts';

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

/** Asks a model with the project's defaults; output is its text, or data with an `outputSchema`. */
export interface PromptStep extends StepBase {
  readonly verb: 'prompt';
  readonly prompt: Template;
  readonly model: ModelChoice | undefined;
  readonly modelSettings: ModelSettings;
  readonly thinking: Thinking | undefined;
  readonly role: string | undefined;
  /** Each gives a text: a path in the workspace, or an address. */
  readonly images: readonly Value[];
}

/** Has an agent work by a skill; output is its text, or data with an `outputSchema`. */
export interface SkillStep extends StepBase {
  readonly verb: 'skill';
  readonly skill: string;
  /** Undefined: a plain agent with the project's model. */
  readonly agent: string | undefined;
  readonly with: Value | undefined;
  readonly model: ModelChoice | undefined;
  readonly role: string | undefined;
}

/** Gives a task to an agent or profile in a conversation of its own. */
export interface TaskStep extends StepBase {
  readonly verb: 'task';
  readonly task: Template;
  /** Undefined: a plain agent with the project's model. */
  readonly agent: string | undefined;
  readonly model: ModelChoice | undefined;
  readonly role: string | undefined;
}

/** Prompts a declared agent; output is its text, or data as the agent or the step declares it. */
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

/** Runs a declared tool; output is what the tool gives. */
export interface ToolStep extends StepBase {
  readonly verb: 'tool';
  readonly tool: string;
  readonly with: Value | undefined;
}

/** Runs a command in the workflow's sandbox; output is `{stdout, stderr, exitCode}`. */
export interface ShellStep extends StepBase {
  readonly verb: 'shell';
  /** A line for the shell, or the program and its arguments. */
  readonly shell: Template | readonly Template[];
  readonly cwd: Template | undefined;
  /** May read `secrets`. */
  readonly env: Readonly<Record<string, Value>>;
}

/** Runs Python without access to the machine; output is the value of the last expression. */
export interface CodeStep extends StepBase {
  readonly verb: 'code';
  readonly code: string;
  /** Variables the code sees. */
  readonly with: Value | undefined;
  /** Names of declared tools that the code may call. */
  readonly tools: readonly string[];
  readonly limits: CodeBounds;
}

/** Sends a request; output is `{status, headers, body}`. Its headers may read `secrets`. */
export interface HttpStep extends StepBase {
  readonly verb: 'http';
  readonly request: Omit<HttpTool, 'type'>;
}

/** Runs another workflow; output is its output. */
export interface WorkflowStep extends StepBase {
  readonly verb: 'workflow';
  readonly workflow: string;
  readonly with: Value | undefined;
}

/** Hands a message to an agent and goes on; output is the receipt. `session` is the conversation it goes to. */
export interface DispatchStep extends StepBase {
  readonly verb: 'dispatch';
  readonly agent: string;
  /** Default: the run id. */
  readonly instance: Template | undefined;
  readonly message: Template | undefined;
  readonly with: Value | undefined;
}

/** Gives a value a name; output is the value. */
export interface SetStep extends StepBase {
  readonly verb: 'set';
  readonly value: Value;
}

/** Writes an event `log`; output is null. */
export interface LogStep extends StepBase {
  readonly verb: 'log';
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: Template;
  readonly data: Value | undefined;
}

/** Waits for a person's decision; output is `{decision, by, at, data}`. */
export interface ApprovalStep extends StepBase {
  readonly verb: 'approval';
  readonly title: Template;
  readonly message: Template | undefined;
  readonly details: Template | undefined;
  /** Names of callers, or `role:<name>`; empty: everybody who may approve. */
  readonly approvers: readonly string[];
  /** Whether who started the run may not decide. */
  readonly requireDifferentApprover: boolean;
  /** Shape of `data`. */
  readonly form: JsonSchema | undefined;
  /** What happens after `timeoutMs`. */
  readonly onTimeout: 'expire' | 'approve' | 'reject' | 'fail';
}

/** Asks a person; output is the answer, which fits the form. */
export interface AskStep extends StepBase {
  readonly verb: 'ask';
  readonly title: Template;
  readonly message: Template | undefined;
  /** Default: one text, `{text}`. */
  readonly form: JsonSchema;
}

/** Waits for a time (output null) or an event (output its data, which fits `outputSchema`). */
export interface WaitStep extends StepBase {
  readonly verb: 'wait';
  readonly wait: { readonly duration: Value } | { readonly until: Value } | { readonly event: Template };
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
  | SkillStep
  | TaskStep
  | AgentStep
  | ToolStep
  | ShellStep
  | CodeStep
  | HttpStep
  | WorkflowStep
  | DispatchStep
  | SetStep
  | LogStep
  | ParallelStep
  | ForeachStep
  | BranchStep
  | LoopStep
  | ApprovalStep
  | AskStep
  | WaitStep
  | ReturnStep
  | FailStep;
