import type { RenderedRequest } from '../adapters/tools/http-request.ts';
import type { RawAnswer, Sender } from '../adapters/tools/http-send.ts';
import { signed } from '../adapters/tools/sign.ts';
import type { CallbackAttempt } from '../core/records/callback.ts';
import { Problem, type ProblemData } from '../core/problem.ts';
import { retryAfterMs } from '../core/retry-after.ts';
import { startTimer, type Clock } from '../ports/clock.ts';
import type { Callback } from '../program/callback.ts';
import type { Letter } from './delivery.ts';
import { addressOf, whoOf, type TargetPorts } from './target.ts';

/** An attempt to deliver, and what its answer asks for. */
export interface Attempted {
  readonly attempt: CallbackAttempt;
  /** The receiver wants no further attempt. */
  readonly isGone: boolean;
  /** Milliseconds that the receiver asks to wait. */
  readonly waitMs: number | undefined;
  /** Resolves when its connection is let go, in a second at most; never rejects. */
  readonly letGo: Promise<void>;
}

/** Bytes of an answer that are read, so that its connection can be used again; what is more ends the connection. */
const readBytes = 16 * 1024;

/** Milliseconds that the body of an answer may take, which nobody looks at. */
const readMs = 1_000;

/**
 * Sends a delivery once, signed now. 2xx is taken, anything else is not; redirects are not followed, and what the answer says is not
 * looked at. Rejects when the signal aborts, and with a Problem of `checkTarget` for what cannot be sent at all.
 */
export async function send(
  callback: Callback,
  { id, body }: Pick<Letter, 'id' | 'body'>,
  {
    sender,
    clock,
    on,
    signal,
  }: {
    readonly sender: Sender;
    readonly clock: Clock;
    readonly on: TargetPorts;
    readonly signal: AbortSignal;
  },
): Promise<Attempted> {
  signal.throwIfAborted();
  const request = signed(whoOf(callback), requestOf(callback, body, on), callback.sign, {
    messageId: id,
    secretOf: (name) => on.secrets.get(name),
  });
  const at = new Date(clock.now()).toISOString();
  const began = clock.elapsed();
  const stop = new AbortController();
  const onAbort = (): void => stop.abort(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  let isLate = false;
  const endTimer = startTimer(clock, callback.timeoutMs, () => {
    isLate = true;
    stop.abort();
  });
  const release = (): void => signal.removeEventListener('abort', onAbort);
  const ended = (error: ProblemData | undefined): CallbackAttempt => ({
    at,
    durationMs: clock.elapsed() - began,
    ...(error === undefined ? {} : { error }),
  });
  try {
    const answer = await sender.send(request, true, stop.signal);
    const { status, headers } = answer;
    return {
      attempt: { ...ended(faultOf(callback, answer)), status },
      isGone: status === 410,
      waitMs: retryAfterMs(headers.get('retry-after')),
      letGo: discard(answer, clock).finally(release),
    };
  } catch (thrown) {
    release();
    signal.throwIfAborted();
    const error = problemOf(callback, thrown, isLate).toData();
    return { attempt: ended(error), isGone: false, waitMs: undefined, letGo: Promise.resolve() };
  } finally {
    endTimer();
  }
}

function requestOf(callback: Callback, body: string, on: TargetPorts): RenderedRequest {
  return {
    url: addressOf(callback, on),
    method: 'POST',
    headers: new Headers({ 'content-type': 'application/json', 'user-agent': 'flue-engine' }),
    secretHeaders: [],
    body,
  };
}

function faultOf(callback: Callback, { status }: RawAnswer): ProblemData | undefined {
  if (status >= 200 && status < 300) return undefined;
  const isRedirect = status >= 300 && status < 400;
  return new Problem(
    'callback_failed',
    `${whoOf(callback)}: the receiver answered ${status}${isRedirect ? ', and redirects are not followed; write the address it leads to' : ''}`,
    { details: { status } },
  ).toData();
}

function problemOf(callback: Callback, thrown: unknown, isLate: boolean): Problem {
  const who = whoOf(callback);
  if (isLate)
    return new Problem('timeout', `${who}: no answer within ${callback.timeoutMs} ms`, {
      details: { timeoutMs: callback.timeoutMs },
    });
  if (thrown instanceof Problem) return thrown;
  const [first = thrown] = thrown instanceof AggregateError ? (thrown.errors as unknown[]) : [];
  const code = first instanceof Error && 'code' in first ? String(first.code) : 'connection failed';
  return new Problem('callback_failed', `${who}: the request failed (${code})`, { details: { code } });
}

/** Lets go of the body of an answer, however long it is or takes. */
function discard({ body }: RawAnswer, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    let bytes = 0;
    const endTimer = startTimer(clock, readMs, () => body.destroy());
    const over = (): void => {
      endTimer();
      resolve();
    };
    body.once('close', over);
    body.on('error', () => body.destroy());
    body.on('data', (chunk: Uint8Array) => {
      bytes += chunk.byteLength;
      if (bytes > readBytes) body.destroy();
    });
    if (body.closed) over();
  });
}
