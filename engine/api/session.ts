import type { EngineEvent } from '../core/event.ts';
import type { Json, JsonSchema } from '../core/json.ts';
import type { Message } from '../core/message.ts';
import type { FileInfo } from '../ports/sandbox.ts';
import type { EntryList, EntryPage } from '../session/index.ts';
import type {
  CodeOptions,
  RunCodeResult,
  CompactOptions,
  PromptOptions,
  ShellOptions,
  SkillOptions,
  TaskOptions,
} from './call-options.ts';
import type { ResultOf, ResultSchema } from './result-schema.ts';
import type { PromptResult, CompactResult } from '../core/records/answer.ts';

export type { PromptResult, CompactResult } from '../core/records/answer.ts';

/** A message that was accepted: it is on disk, and comes to exactly one outcome. */
export interface SentPrompt<Output = Json> {
  readonly submissionId: string;
  readonly acceptedAt: string;
  /** The answer; rejects with the Problem that the prompt ended with. */
  readonly result: Promise<PromptResult<Output>>;
  /** Its events after an index (default 0), until `submission_end` or the signal aborts, which ends nothing else. */
  events(options?: { readonly after?: number; readonly signal?: AbortSignal }): AsyncIterable<EngineEvent>;
}

/** What a command left. */
export interface ShellResult {
  readonly submissionId: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
  /** True when output was cut at the limit of the sandbox. */
  readonly truncated: boolean;
}

/** What is deleted with a session. */
export interface DeleteOptions {
  /** Ends what works or waits in it; default a session with work stays, with Problem `session_busy`. */
  readonly abort?: boolean;
  /** Also the records and events of what it was asked; default they stay as long as `retention` says. */
  readonly records?: boolean;
}

/**
 * One conversation of an agent instance. What changes it is done one at a time, in the order it was asked for, and survives a crash
 * once it was accepted. Files, history and `abort` wait for nobody.
 */
export interface Session {
  readonly agent: string;
  readonly instance: string;
  readonly session: string;
  /**
   * Sends a message and waits for the answer.
   * Throws Problem `invalid_input`, `invalid_request` (grants), `missing_model`, `unknown_role`, `session_busy`, `too_many_requests`,
   * `model_failed`, `result_invalid`, `max_turns`, `limit_reached`, `timeout`, `aborted`.
   */
  prompt<Result extends ResultSchema = JsonSchema>(
    message: string,
    options?: PromptOptions<Result>,
  ): Promise<PromptResult<ResultOf<Result>>>;
  /** Sends a message and waits until it is accepted, not for the answer. Throws what refuses a prompt. */
  send<Result extends ResultSchema = JsonSchema>(
    message: string,
    options?: PromptOptions<Result>,
  ): Promise<SentPrompt<ResultOf<Result>>>;
  /** Works by a skill of the project, or else of the workspace. Throws what `prompt` throws, and Problem `not_found`. */
  skill<Result extends ResultSchema = JsonSchema>(
    name: string,
    options?: SkillOptions<Result>,
  ): Promise<PromptResult<ResultOf<Result>>>;
  /**
   * Has a helper with an empty history do a piece of work; the conversation gets the task and the answer, nothing in between.
   * Throws what `prompt` throws, and Problem `agent_not_found`.
   */
  task<Result extends ResultSchema = JsonSchema>(
    prompt: string,
    options?: TaskOptions<Result>,
  ): Promise<PromptResult<ResultOf<Result>>>;
  /** The same as `task` with `agent`. */
  subagent<Result extends ResultSchema = JsonSchema>(
    agent: string,
    prompt: string,
    options?: Omit<TaskOptions<Result>, 'agent'>,
  ): Promise<PromptResult<ResultOf<Result>>>;
  /** The same as `prompt`, as events; ends after `submission_end`. A failed prompt ends the iteration with its Problem. */
  stream(message: string, options?: PromptOptions<ResultSchema>): AsyncIterable<EngineEvent>;
  /**
   * Runs a command in the workspace, under its policy; command and output stand in the conversation, so that the model knows of them.
   * A command that fails is a result. Throws Problem `sandbox_denied`, `sandbox_failed`, `timeout`, `aborted`, `interrupted`.
   */
  shell(command: string, options?: ShellOptions): Promise<ShellResult>;
  /**
   * Runs Python beside the conversation, which hears nothing of it. Code that fails throws Problem `tool_failed` with the exception, its
   * line and its column in the details. Throws also `not_available` (what runs it is not installed), `invalid_request`,
   * `result_invalid`, `timeout`, `aborted`.
   */
  runCode<Result extends ResultSchema = JsonSchema>(
    code: string,
    options?: CodeOptions<Result>,
  ): Promise<RunCodeResult<ResultOf<Result>>>;
  /** The same as `runCode`. */
  runPython<Result extends ResultSchema = JsonSchema>(
    code: string,
    options?: CodeOptions<Result>,
  ): Promise<RunCodeResult<ResultOf<Result>>>;
  /** Text of a file. Like all file calls: paths as the sandbox has them. Throws Problem `sandbox_denied`, `sandbox_failed`. */
  readFile(path: string): Promise<string>;
  readBytes(path: string): Promise<Uint8Array>;
  /** Writes a file, with its folders; resolves when it is stored. */
  writeFile(path: string, content: string | Uint8Array): Promise<void>;
  /** Undefined when there is nothing. */
  stat(path: string): Promise<FileInfo | undefined>;
  exists(path: string): Promise<boolean>;
  /** What is in a folder, by name. */
  list(path?: string): Promise<readonly FileInfo[]>;
  makeFolder(path: string): Promise<void>;
  remove(path: string, options?: { readonly recursive?: boolean }): Promise<void>;
  /** Leaves out old messages of what the model sees, for a summary of them. The history keeps them. */
  compact(options?: CompactOptions): Promise<CompactResult>;
  /** Messages so far, oldest first. */
  history(): Promise<readonly Message[]>;
  /** What is stored, with ids, times and sources, by the page. */
  entries(page?: EntryPage): Promise<EntryList>;
  /** Ends the running prompt and refuses the waiting ones; false when nothing ran. */
  abort(reason?: string): Promise<boolean>;
  /**
   * A new session of the instance with the history of this one. Throws Problem `session_not_found`, `conflict` (there is one of this
   * name), `invalid_request` (no such entry).
   * @param options.at id of the last entry that it gets; default all.
   */
  fork(session: string, options?: { readonly at?: string }): Promise<Session>;
  /** Lines of JSON that `import` takes, each with its end. Throws Problem `session_not_found`. */
  export(): AsyncIterable<string>;
  /** Removes the conversation and those of its tasks; files belong to the instance and stay. Throws Problem `session_not_found`, `session_busy`. */
  delete(options?: DeleteOptions): Promise<void>;
}
