import type { Json, JsonObject, JsonSchema } from '../core/json.ts';
import type { Usage } from '../core/message.ts';
import type { Scope, SchemaFault, Value } from '../expr/index.ts';
import type { CodeBounds } from '../program/code.ts';
import type { ModelChoice, ModelSettings, Thinking } from '../program/model.ts';
import type { Limits } from '../program/agent.ts';
import type { HttpTool } from '../program/tool.ts';
import type { HttpAnswer } from './tool-source.ts';

/** Who asks, so that events and idempotency keys are right. */
export interface ActivityCall {
  readonly runId: string;
  /** Path with iteration indexes: `lines[3]/judge`. */
  readonly stepPath: string;
  /** From 1, those that a crash cut off included. */
  readonly attempt: number;
  /** From 1, without those: what a resumed attempt goes on with has the same number. */
  readonly tries: number;
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
  /** Told the id of the run that was called, once it is admitted. */
  called?(id: string): void;
  /** Told what models had cost that is not in the outcome: when the call fails, and of what a tool called. */
  lost?(usage: Usage, modelCalls: number): void;
}

/** What a model said to a step. */
export interface PromptOutcome {
  readonly text: string;
  /** The typed result when a schema was given, else the text. */
  readonly output: Json;
  readonly usage: Usage;
  readonly modelCalls: number;
}

/** Says that a message to an agent is accepted. */
export interface DispatchReceipt {
  readonly submissionId: string;
  readonly agent: string;
  readonly instance: string;
  readonly session: string;
  /** ISO time. */
  readonly acceptedAt: string;
}

/**
 * What a workflow step may ask of the world. Contract: each throws Problem; each may run in parallel; a call whose signal
 * aborts stops. The workflow room knows nothing else that has effects.
 */
export interface Activities {
  /** One model operation outside any agent. */
  prompt(
    call: ActivityCall,
    request: {
      readonly workflow: string;
      readonly prompt: string;
      readonly model: ModelChoice | undefined;
      readonly modelSettings: ModelSettings;
      readonly thinking: Thinking | undefined;
      readonly role: string | undefined;
      readonly session: string;
      /** Paths in the run's workspace, or addresses. */
      readonly images: readonly string[];
      readonly outputSchema: JsonSchema | undefined;
    },
  ): Promise<PromptOutcome>;
  /** One prompt to an agent instance. */
  agent(
    call: ActivityCall,
    request: {
      readonly agent: string;
      readonly instance: string;
      readonly session: string;
      readonly message: string | undefined;
      readonly input: Json | undefined;
      /** Resolved, or by name. */
      readonly model: string | ModelChoice | undefined;
      readonly role: string | undefined;
      readonly outputSchema: JsonSchema | undefined;
    },
  ): Promise<PromptOutcome>;
  /** One piece of work by a skill: of an agent in the instance of the run, or of the model alone. */
  skill(
    call: ActivityCall,
    request: {
      readonly skill: string;
      readonly agent: string | undefined;
      readonly arguments: Json | undefined;
      readonly session: string;
      readonly model: ModelChoice | undefined;
      readonly role: string | undefined;
      readonly outputSchema: JsonSchema | undefined;
    },
  ): Promise<PromptOutcome>;
  /** One task for an agent or profile, or the model alone, with the files of the run. */
  task(
    call: ActivityCall,
    request: {
      readonly task: string;
      readonly agent: string | undefined;
      readonly session: string;
      readonly model: ModelChoice | undefined;
      readonly role: string | undefined;
      readonly outputSchema: JsonSchema | undefined;
    },
  ): Promise<PromptOutcome>;
  /** Admits a message to an agent; the same idempotency key is the same message. */
  dispatch(
    call: ActivityCall,
    request: {
      readonly agent: string;
      readonly instance: string;
      readonly session: string;
      readonly message: string | undefined;
      readonly input: Json | undefined;
    },
  ): Promise<DispatchReceipt>;
  /**
   * Runs another workflow as a run of its own, to its end; the same idempotency key is the same run. Throws the Problem of that
   * run. When the signal aborts that run is cancelled with the reason, unless it is `shutting_down`, and its outcome still counts.
   */
  workflow(
    call: ActivityCall,
    request: {
      readonly workflow: string;
      readonly input: Json;
      /** What the run that calls may still use; the other one uses no more than that. */
      readonly left: Limits;
    },
  ): Promise<{ readonly output: Json; readonly usage: Usage; readonly modelCalls: number }>;
  /** One command in the run's workspace. The values of `env` see `scope` and the project's secrets. */
  shell(
    call: ActivityCall,
    request: {
      /** A line for the shell, or the program and its arguments. */
      readonly command: string | readonly string[];
      readonly cwd: string | undefined;
      readonly env: Readonly<Record<string, Value>>;
      readonly scope: Scope;
    },
  ): Promise<{ readonly stdout: string; readonly stderr: string; readonly exitCode: number }>;
  /** One HTTP request. Its headers see `scope` and the project's secrets, the rest of it only `scope`. */
  http(
    call: ActivityCall,
    request: { readonly request: Omit<HttpTool, 'type'>; readonly scope: Scope },
  ): Promise<HttpAnswer>;
  /** One piece of Python, with the files of the run's workspace; gives its value. */
  code(
    call: ActivityCall,
    request: {
      readonly code: string;
      readonly inputs: JsonObject;
      /** Names of declared tools that it may call. */
      readonly tools: readonly string[];
      readonly limits: CodeBounds;
      /** What the run may still use, for tools that call others. */
      readonly left: Limits;
      /**
       * What the call of a function gives: what is recorded of it, or what `work` gives, recorded then.
       * @param number from 1, in the order of the calls. @param asked what is called with what.
       */
      record(number: number, asked: Json, work: () => Promise<Json>): Promise<Json>;
    },
  ): Promise<Json>;
  /** One call of a declared tool in the run's sandbox; input and output are checked against the tool's schemas. */
  tool(
    call: ActivityCall,
    request: {
      readonly tool: string;
      readonly input: Json;
      /** What the run may still use, for tools that call others; default no limits. */
      readonly left?: Limits;
    },
  ): Promise<Json>;
  /** Checks a value against a schema, filling in defaults. */
  check(schema: JsonSchema, value: Json): { readonly value: Json; readonly faults: readonly SchemaFault[] };
}
