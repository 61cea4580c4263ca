/** A clock that stands still while anything runs and jumps to the next timer when all waits. */
export interface VirtualTime {
  now(): number;
  /** Resolves at `now + ms`; rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls back at `now + ms` unless the returned function was called before. */
  at(ms: number, callback: () => void): () => void;
}

export function virtualTime(): VirtualTime {
  let now = 0;
  let pumping = false;
  let timers: { readonly due: number; readonly callback: () => void }[] = [];

  function pump(): void {
    pumping = false;
    const first = timers.reduce<(typeof timers)[number] | undefined>(
      (best, timer) => (best === undefined || timer.due < best.due ? timer : best),
      undefined,
    );
    if (first === undefined) return;
    timers = timers.filter((timer) => timer !== first);
    now = first.due;
    first.callback();
    schedule();
  }

  // By then every promise that can settle without a timer has settled.
  function schedule(): void {
    if (pumping || timers.length === 0) return;
    pumping = true;
    setImmediate(pump);
  }

  function at(ms: number, callback: () => void): () => void {
    const timer = { due: now + ms, callback };
    timers.push(timer);
    schedule();
    return () => {
      timers = timers.filter((other) => other !== timer);
    };
  }

  return {
    now: () => now,
    at,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) {
          reject(signal.reason as Error);
          return;
        }
        const onAbort = (): void => {
          cancel();
          reject(signal?.reason as Error);
        };
        const cancel = at(ms, () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        });
        signal?.addEventListener('abort', onAbort, { once: true });
      }),
  };
}
