import type { Problem } from '../core/problem.ts';
import { startTimer } from './timer.ts';

/** A signal for one try of work that may be tried more often. */
export interface Attempt {
  readonly signal: AbortSignal;
  /** It began in time; its signal goes on to abort as that of the work does. */
  begin(): void;
  /** It is over, and its signal aborts no more. */
  end(): void;
}

/**
 * A signal that aborts as the one of the work does, and with this Problem when the try has not begun after so many milliseconds.
 * @param work a signal of the client's own.
 */
export function createAttempt(work: AbortSignal | undefined, limitMs?: number, problem?: Problem): Attempt {
  const own = new AbortController();
  const follow = (): void => own.abort(work?.reason);
  const begin = startTimer(limitMs ?? Infinity, () => own.abort(problem));
  if (work?.aborted === true) follow();
  else work?.addEventListener('abort', follow, { once: true });
  return {
    signal: own.signal,
    begin,
    end() {
      begin();
      work?.removeEventListener('abort', follow);
    },
  };
}
