import type { Json, JsonObject } from '../core/json.ts';
import type { Sandbox } from './sandbox.ts';

/** What code left. */
export interface CodeResult {
  /** Value of its last expression. */
  readonly value: Json;
  /** What it printed. */
  readonly stdout: string;
}

/**
 * Runs Python that nobody has looked at. Contract: the code reaches nothing but its inputs and the sandbox; code that fails throws
 * Problem `tool_failed`; it ends with the signal, and after `timeoutMs` with Problem `timeout`.
 */
export interface CodeRunner {
  run(
    code: string,
    context: {
      readonly inputs: JsonObject;
      readonly sandbox: Sandbox;
      readonly timeoutMs: number;
      readonly signal: AbortSignal;
    },
  ): Promise<CodeResult>;
}
