import type { ModelChoice } from './model.ts';

/** How a long conversation is summarised before it outgrows the model. */
export interface Compaction {
  readonly enabled: boolean;
  /** Size of the context window in tokens; undefined: what is known of the model. */
  readonly contextWindowTokens: number | undefined;
  /** Tokens kept free for the answer. */
  readonly reserveTokens: number;
  /** Tokens of the newest messages that stay as they are. */
  readonly keepRecentTokens: number;
  /** Who writes the summary; undefined: the model of the conversation. */
  readonly model: ModelChoice | undefined;
  /** What every summary shall pay attention to, besides what the engine asks for. */
  readonly instructions: string | undefined;
  /** Name of the text among the Program's `prompts` that asks for the summary; undefined: `compact`. */
  readonly prompt: string | undefined;
}
