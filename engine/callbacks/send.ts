import type { RenderedRequest } from '../adapters/tools/http-request.ts';
import type { RawAnswer, Sender } from '../adapters/tools/http-send.ts';
import { signed } from '../adapters/tools/sign.ts';
import type { CallbackAttempt } from '../core/records/callback.ts';
import { Problem, type ProblemData } from '../core/problem.ts';
import { retryAfterMs } from '../core/retry-after.ts';
import type { Clock } from '../ports/clock.ts';
import type { Callback } from '../program/callback.ts';
import type { Delivery } from './delivery.ts';
import { addressOf, whoOf, type TargetPorts } from './target.ts';

/** An attempt to deliver, and what its answer asks for. */
export interface Attempted {
  readonly attempt: CallbackAttempt;
  /** The receiver wants no further attempt. */
  readonly isGone: boolean;
  /** Milliseconds that the receiver asks to wait. */
  readonly waitMs: number | undefined;
}

/** Bytes of an answer that are read, so that its connection can be used again; what is more ends the connection. */
const readBytes = 16 * 1024;

/**
 * Sends a delivery once, signed now. 2xx is taken, anything else is not; redirects are not followed, and what the answer says is not
 * looked at. Rejects only when the signal aborts.
 */
export async function send(
  callback: Callback,
  { id, body }: Pick<Delivery, 'id' | 'body'>,
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
  const at = new Date(clock.now()).toISOString();
  const began = clock.elapsed();
  const late = AbortSignal.timeout(callback.timeoutMs);
  const ended = (error: ProblemData | undefined, answer?: RawAnswer): Attempted => ({
    attempt: {
      at,
      durationMs: clock.elapsed() - began,
      ...(answer === undefined ? {} : { status: answer.status }),
      ...(error === undefined ? {} : { error }),
    },
    isGone: answer?.status === 410,
    waitMs: retryAfterMs(answer?.headers.get('retry-after') ?? null),
  });
  try {
    const request = signed(whoOf(callback), requestOf(callback, body, on), callback.sign, {
      messageId: id,
      secretOf: (name) => on.secrets.get(name),
    });
    const answer = await sender.send(request, true, AbortSignal.any([signal, late]));
    discard(answer);
    return ended(faultOf(callback, answer), answer);
  } catch (thrown) {
    signal.throwIfAborted();
    return ended(problemOf(callback, thrown, late.aborted).toData());
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
function discard({ body }: RawAnswer): void {
  let bytes = 0;
  body.on('error', () => undefined);
  body.on('data', (chunk: Uint8Array) => {
    bytes += chunk.byteLength;
    if (bytes > readBytes) body.destroy();
  });
}
