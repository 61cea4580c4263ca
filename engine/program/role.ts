import type { Origin } from '../core/range.ts';
import type { Template } from '../expr/index.ts';
import type { ModelChoice, ModelSettings, Thinking } from './model.ts';

/** Instructions (and a model) laid over one call. */
export interface Role {
  readonly name: string;
  readonly hash: string;
  readonly origin: Origin;
  readonly description: string;
  readonly instructions: Template;
  readonly model: ModelChoice | undefined;
  readonly modelSettings: ModelSettings;
  readonly thinking: Thinking | undefined;
}
