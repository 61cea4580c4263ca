/** Time and identity, so that nothing else reads a clock or draws a random number. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Whole milliseconds that only grow, for durations. */
  elapsed(): number;
  /** A new ULID; within one process each is greater than the one before. */
  ulid(): string;
  /** Resolves after `ms`; rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
