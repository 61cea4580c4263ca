import type { Json, JsonObject, JsonSchema } from '../core/json.ts';
import type { Usage } from '../core/message.ts';

/** A workflow in code: what its module exports. */
export interface CodeWorkflow {
  /** Does the work; what it gives is the output of the run. */
  run(context: WorkflowContext): unknown;
  readonly inputSchema: JsonSchema | undefined;
  readonly outputSchema: JsonSchema | undefined;
}

/**
 * What a workflow in code may do. What goes through it is recorded under a name, and is not done again when the run goes on after a
 * crash; so the code between must ask for the same names in the same order, and keep its effects inside `step`. A name that is
 * used again is numbered: `fetch`, `fetch[1]`. Everything throws Problem when it fails, and the run's reason once it is stopped.
 */
export interface WorkflowContext {
  readonly runId: string;
  readonly workflow: string;
  /** Fits `inputSchema`. */
  readonly input: Json;
  /** The environment variables that engine.yaml lists under `env`. */
  readonly env: Readonly<Record<string, string>>;
  /** Aborts when the run is stopped. */
  readonly signal: AbortSignal;
  /** Writes into the run's events. */
  readonly log: WorkflowLog;
  /** The recorded value of a step; the first time `work` makes it. What `work` throws is the failure of the step, and not recorded. */
  step<T>(name: string, work: (step: StepInCode) => T | Promise<T>): Promise<T>;
  /** An agent of the project; the instance is the run when none is named. */
  agent(name: string, instance?: string): AgentInCode;
  /** One call of a declared tool. */
  tool(name: string, input?: Json): Promise<Json>;
  /** Runs another workflow to its end and gives its output. */
  call(workflow: string, input?: Json): Promise<Json>;
  /** Waits, through restarts, without being at work. @param duration such as `90s` or `2d`, or milliseconds. */
  sleep(duration: string | number): Promise<void>;
  /** The next event of a topic; undefined when none comes in time. */
  event(topic: string, options?: { readonly timeout?: string | number }): Promise<Json | undefined>;
}

/** What a step in code is told. */
export interface StepInCode {
  /** From 1; above it a crash cut off the one before. */
  readonly attempt: number;
  /** The same in every attempt. */
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
}

/** `log('text', {…})` is `log.info`. */
export interface WorkflowLog {
  (message: string, fields?: JsonObject): void;
  debug(message: string, fields?: JsonObject): void;
  info(message: string, fields?: JsonObject): void;
  warn(message: string, fields?: JsonObject): void;
  error(message: string, fields?: JsonObject): void;
}

/** An agent that a workflow in code prompts. */
export interface AgentInCode {
  /** One prompt, as a step with the name of the agent or the one that is given. */
  prompt(message: string, options?: PromptInCode): Promise<AnswerInCode>;
}

/** How a workflow in code prompts. */
export interface PromptInCode {
  /** Name of the step. */
  readonly step?: string;
  /** For an agent with an `inputSchema`. */
  readonly input?: Json;
  /** Session of the instance; default one of the step. */
  readonly session?: string;
  readonly role?: string;
  readonly model?: string;
  /** JSON Schema of the typed result; default the agent's `outputSchema`. */
  readonly result?: JsonSchema;
}

/** What an agent answered. */
export interface AnswerInCode {
  readonly text: string;
  /** The typed result when a schema applies, else the text. */
  readonly output: Json;
  readonly usage: Usage;
}
