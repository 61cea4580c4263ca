/** What a piece of code may use, where it says so. */
export interface CodeBounds {
  /** Milliseconds that it computes. */
  readonly timeMs?: number;
  readonly memoryBytes?: number;
}

/** Code that a model may run. */
export interface CodeGrant {
  readonly runner: 'monty';
  /** Names of tools of the agent that the code may call. */
  readonly tools: readonly string[];
  readonly limits: CodeBounds;
}
