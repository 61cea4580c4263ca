/** How to take up another Program. */
export interface ReloadOptions {
  /**
   * What becomes of the modules of tools, agents and workflows: `import` (the default) imports them all anew, before anything else
   * changes; `keep` goes on with those that were imported, for Programs whose code is the same.
   */
  readonly code?: 'import' | 'keep';
}

/** What taking up another Program did. */
export interface Reloaded {
  /** Content hash of the Program that is at work now. */
  readonly hash: string;
  /** Specs that are there now and were not, that are others, and that have gone: `agent triage`, sorted. */
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  /** Settings that differ and only count at the next start, such as `store` and `server.port`. */
  readonly needsRestart: readonly string[];
}
