import type { Caller } from './caller.ts';

/** Longest time a timer can wait, in milliseconds. */
const maxTimerMs = 2 ** 31 - 1;

/** Calls back when a sign-in ends, unless it is let go before; never for one without an end. Gives what lets it go. */
export function onExpiry({ expiresAt }: Caller, expired: () => void): () => void {
  if (expiresAt === undefined) return () => undefined;
  let timer: NodeJS.Timeout;
  const wait = (): void => {
    const left = expiresAt - Date.now();
    timer = setTimeout(left > maxTimerMs ? wait : expired, Math.min(Math.max(left, 0), maxTimerMs)).unref();
  };
  wait();
  return () => clearTimeout(timer);
}
