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
  /** Calls `act` after `ms`, unless the result is called first. Default: made of `sleep`, at several times the cost. */
  timer?(ms: number, act: () => void): () => void;
}

/** Has a clock call `act` after `ms`; the result stops that. */
export function startTimer(clock: Clock, ms: number, act: () => void): () => void {
  if (clock.timer !== undefined) return clock.timer(ms, act);
  const stop = new AbortController();
  clock.sleep(ms, stop.signal).then(act, () => undefined);
  return () => stop.abort();
}
