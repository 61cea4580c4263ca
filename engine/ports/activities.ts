import type { Json, JsonSchema } from '../core/json.ts';
import type { Usage } from '../core/message.ts';
import type { ModelChoice, ModelSettings, Thinking } from '../program/model.ts';
import type { SchemaFault } from '../expr/index.ts';

/** Who asks, so that events and idempotency keys are right. */
export interface ActivityCall {
  readonly runId: string;
  /** Path with iteration indexes: `lines[3]/judge`. */
  readonly stepPath: string;
  readonly attempt: number;
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
}

/** What a model said to a step. */
export interface PromptOutcome {
  readonly text: string;
  /** The typed result when a schema was given, else the text. */
  readonly output: Json;
  readonly usage: Usage;
  readonly modelCalls: number;
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
      readonly model: ModelChoice | undefined;
      readonly role: string | undefined;
      readonly outputSchema: JsonSchema | undefined;
    },
  ): Promise<PromptOutcome>;
  /** One call of a declared tool in the run's sandbox; input and output are checked against the tool's schemas. */
  tool(call: ActivityCall, request: { readonly tool: string; readonly input: Json }): Promise<Json>;
  /** Checks a value against a schema, filling in defaults. */
  check(schema: JsonSchema, value: Json): { readonly value: Json; readonly faults: readonly SchemaFault[] };
}
