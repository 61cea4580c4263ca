import type { EngineEvent } from '../core/event.ts';
import type { Json, JsonSchema } from '../core/json.ts';
import type { ImagePart, Message, Usage } from '../core/message.ts';
import type { Thinking } from '../program/model.ts';

/** Options of one prompt. */
export interface PromptOptions {
  /** Typed input for an agent with an `inputSchema`. */
  readonly input?: Json;
  /** JSON Schema of the typed result; default the agent's `outputSchema`. */
  readonly result?: JsonSchema;
  readonly role?: string;
  /** `provider/model` or an alias. */
  readonly model?: string;
  readonly thinking?: Thinking;
  readonly images?: readonly Omit<ImagePart, 'type'>[];
  readonly signal?: AbortSignal;
  /** Milliseconds. */
  readonly timeoutMs?: number;
  /** The same key with the same prompt is one prompt, whose answer every call gets; with another prompt it is a `conflict`. */
  readonly idempotencyKey?: string;
  /** Receives the events of this prompt, live ones included. */
  readonly onEvent?: (event: EngineEvent) => void;
}

/** What a prompt gives. */
export interface PromptResult {
  readonly submissionId: string;
  readonly text: string;
  /** Typed result when a schema applies, else the text. */
  readonly output: Json;
  readonly usage: Usage;
  /** `provider/id` that answered. */
  readonly model: string;
  /** Model operations needed for the typed result, from 1. */
  readonly attempts: number;
}

/** One conversation of an agent instance. */
export interface Session {
  readonly agent: string;
  readonly instance: string;
  readonly session: string;
  /**
   * Sends a message and waits for the answer. Prompts of one session run one at a time, in order.
   * Throws Problem `invalid_input`, `missing_model`, `unknown_role`, `session_busy`, `model_failed`, `result_invalid`,
   * `max_turns`, `limit_reached`, `timeout`, `aborted`.
   */
  prompt(message: string, options?: PromptOptions): Promise<PromptResult>;
  /** The same as events; ends after `submission_end`. A failed prompt ends the iteration with its Problem. */
  stream(message: string, options?: PromptOptions): AsyncIterable<EngineEvent>;
  /** Messages so far, oldest first. */
  history(): Promise<readonly Message[]>;
  /** Ends the running prompt and refuses the waiting ones; false when nothing ran. */
  abort(reason?: string): Promise<boolean>;
}

/** The agents of an engine. */
export interface EngineAgents {
  /** A session of an agent instance. Throws Problem `agent_not_found`, `invalid_request` (bad ids). */
  session(agent: string, instance: string, session?: string): Session;
}
