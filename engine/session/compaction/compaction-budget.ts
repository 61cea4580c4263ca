import type { Compaction } from '../../program/compaction.ts';
import { knownModel } from '../../program/known-model.ts';
import type { ModelChoice } from '../../program/model.ts';
import type { Program } from '../../program/program.ts';

/** How much of a model's window a conversation may take, in tokens. */
export interface ContextBudget {
  /** The whole window: what the spec says, else what is known of the model, else 128000. */
  readonly window: number;
  /** A conversation longer than this is summarised before the next model call. */
  readonly limit: number;
  /** Kept free for the answer. */
  readonly reserve: number;
  /** What of the newest messages stays as it is. */
  readonly keep: number;
}

const defaultWindow = 128_000;

/** The budget of conversations with a model. Where reserve and kept part do not fit a small window, they take a third of it each. */
export function contextBudget(program: Program, compaction: Compaction, model: ModelChoice): ContextBudget {
  const window = compaction.contextWindowTokens ?? knownModel(model, program).contextWindow ?? defaultWindow;
  const { reserveTokens, keepRecentTokens } = compaction;
  const fits = reserveTokens + keepRecentTokens < window;
  const third = Math.floor(window / 3);
  const reserve = fits ? reserveTokens : Math.min(reserveTokens, third);
  const keep = fits ? keepRecentTokens : Math.min(keepRecentTokens, third);
  return { window, limit: window - reserve, reserve, keep };
}
