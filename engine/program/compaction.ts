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
}
