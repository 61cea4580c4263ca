/** The most milliseconds that a timer can wait; with more it would fire at once. */
export const longestTimerMs = 2_147_483_647;

/** Acts after so many milliseconds, and never when they are more than a timer can wait. Returns what stops it. */
export function startTimer(ms: number, act: () => void): () => void {
  if (!(ms <= longestTimerMs)) return () => undefined;
  const timer = setTimeout(act, ms);
  return () => clearTimeout(timer);
}
