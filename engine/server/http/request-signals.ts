import type { ServerResponse } from 'node:http';
import { onExpiry } from '../auth/expiry.ts';
import type { Caller } from '../auth/caller.ts';
import type { Context } from './context.ts';
import { wasCutOff } from './in-flight.ts';

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

  /** Aborts when the caller has left, and not when the server cuts it off. */
  get left(): AbortSignal {
    return (this.#left ??= lostSignal(this.#context, (response) => !wasCutOff(response)));
  }

  /** Aborts when nobody can be answered any more; of a stream also when the sign-in ends or the server closes. */
  get gone(): AbortSignal {
    return (this.#gone ??= this.#isStream
      ? streamSignal(this.#context, this.#ends)
      : lostSignal(this.#context));
  }
}

/** What ends a stream besides its caller: `closing` aborts when the server closes, the sign-in of the caller ends. */
interface Ends {
  readonly closing: AbortSignal;
  readonly caller: Caller;
}

function lostSignal(
  { res }: Context,
  counts: (response: ServerResponse) => boolean = () => true,
): AbortSignal {
  const lost = new AbortController();
  const check = (): void => {
    // An abort costs an exception object, and nobody listens once the answer is out.
    if (!res.writableFinished && counts(res)) lost.abort();
  };
  // Who left before anybody asked does not leave again.
  if (res.destroyed) check();
  res.once('close', check);
  return lost.signal;
}

function streamSignal(context: Context, { closing, caller }: Ends): AbortSignal {
  const lost = lostSignal(context);
  if (closing.aborted || lost.aborted) return AbortSignal.abort();
  const gone = new AbortController();
  const abort = (): void => gone.abort();
  closing.addEventListener('abort', abort, { once: true });
  lost.addEventListener('abort', abort, { once: true });
  const keep = onExpiry(caller, abort);
  context.res.once('close', () => {
    keep();
    closing.removeEventListener('abort', abort);
  });
  return gone.signal;
}
