import type { Source } from '../core/records/conversation.ts';

export type { Source } from '../core/records/conversation.ts';

/** What a submission does when its turn in the session has come. */
export type Work =
  | { readonly kind: 'prompt' }
  | { readonly kind: 'skill'; readonly skill: string }
  | {
      readonly kind: 'task';
      /** Name of a subagent; default the agent itself. */
      readonly agent?: string;
      readonly description?: string;
      /** Folder of the workspace that it is about. */
      readonly cwd?: string;
    }
  | {
      readonly kind: 'shell';
      readonly cwd?: string;
      /** Names of the variables that it was given; their values are never stored. */
      readonly env?: readonly string[];
    }
  | {
      readonly kind: 'compact';
      /** How much of the newest messages stays, in tokens; default what the agent says. */
      readonly keepTokens?: number;
    };

/** A plain prompt. */
export const promptWork: Work = { kind: 'prompt' };

/** See `Source`. */
export const sources: readonly Source[] = ['prompt', 'skill', 'task', 'shell', 'dispatch', 'workflow'];
