import { onExpiry } from '../auth/expiry.ts';
import type { Caller } from '../auth/caller.ts';
import type { Context } from './context.ts';

/** Signals of a request, made when they are first asked for: most handlers do without. */
export interface RequestSignals {
  /** Aborts when the caller is gone. */
  readonly left: AbortSignal;
  /** Aborts when the caller is gone; of a stream also when the sign-in ends or the server closes. */
  readonly gone: AbortSignal;
}

/** The signals of one request. `closing` aborts when the server closes. */
export function requestSignals(
  context: Context,
  isStream: boolean,
  ends: { readonly closing: AbortSignal; readonly caller: Caller },
): RequestSignals {
  let left: AbortSignal | undefined;
  let gone: AbortSignal | undefined;
  const signals: RequestSignals = {
    get left() {
      return (left ??= leftSignal(context));
    },
    get gone() {
      return (gone ??= isStream ? streamSignal(context, signals.left, ends) : signals.left);
    },
  };
  return signals;
}

function leftSignal({ res }: Context): AbortSignal {
  const left = new AbortController();
  // Who left before anybody asked does not leave again.
  if (res.destroyed) left.abort();
  res.once('close', () => {
    // An abort costs an exception object, and nobody listens once the answer is out.
    if (!res.writableFinished) left.abort();
  });
  return left.signal;
}

function streamSignal(
  { res }: Context,
  left: AbortSignal,
  { closing, caller }: { readonly closing: AbortSignal; readonly caller: Caller },
): AbortSignal {
  if (closing.aborted || left.aborted) return AbortSignal.abort();
  const gone = new AbortController();
  const abort = (): void => gone.abort();
  closing.addEventListener('abort', abort, { once: true });
  left.addEventListener('abort', abort, { once: true });
  const keep = onExpiry(caller, abort);
  res.once('close', () => {
    keep();
    closing.removeEventListener('abort', abort);
  });
  return gone.signal;
}
