import { onExpiry } from '../auth/expiry.ts';
import type { Caller } from '../auth/caller.ts';
import type { Context } from './context.ts';

/** Signals of one request, made when they are first asked for: most handlers do without. */
export class RequestSignals {
  readonly #context: Context;
  readonly #isStream: boolean;
  readonly #ends: Ends;
  #left: AbortSignal | undefined;
  #gone: AbortSignal | undefined;

  constructor(context: Context, isStream: boolean, ends: Ends) {
    this.#context = context;
    this.#isStream = isStream;
    this.#ends = ends;
  }

  /** Aborts when the caller is gone. */
  get left(): AbortSignal {
    return (this.#left ??= leftSignal(this.#context));
  }

  /** Aborts when the caller is gone; of a stream also when the sign-in ends or the server closes. */
  get gone(): AbortSignal {
    return (this.#gone ??= this.#isStream ? streamSignal(this.#context, this.left, this.#ends) : this.left);
  }
}

/** What ends a stream besides its caller: `closing` aborts when the server closes, the sign-in of the caller ends. */
interface Ends {
  readonly closing: AbortSignal;
  readonly caller: Caller;
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
  { closing, caller }: Ends,
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
