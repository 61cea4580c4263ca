/** How to take up another Program. */
export interface ReloadOptions {
  /**
   * What becomes of modules that were imported: `import` (the default) imports those of tools, agents and workflows anew when they are
   * next needed, `keep` goes on with them, for Programs whose code is the same.
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
