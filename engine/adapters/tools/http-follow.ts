import { Problem } from '../../core/problem.ts';
import type { HttpAnswer } from '../../ports/tool-source.ts';
import { endOf } from './end-of.ts';
import { redirectRequest, redirectTarget } from './http-redirect.ts';
import type { RenderedRequest } from './http-request.ts';
import { readResponse } from './http-response.ts';
import type { Sender } from './http-send.ts';

/** A request and what is known of it. */
export interface Outgoing {
  /** Whose request it is, for messages: `tool "rates"`. */
  readonly who: string;
  readonly request: RenderedRequest;
  /** Host and port that the spec's author wrote out; undefined: the host comes from elsewhere. */
  readonly trustedHost: string | undefined;
  /** Whether the same request may be sent again without doing more than once. */
  readonly isRepeatable: boolean;
  /** Bytes of the answer that are read at most; default 1 MiB. */
  readonly maxBytes?: number;
  /** The answer is taken as a text, whatever it says of itself. */
  readonly isText?: boolean;
}

/** Redirects followed in one call. */
const maxRedirects = 5;

/**
 * Sends a request and follows redirects, each hop checked like the first. Throws Problem `tool_failed`, which may be tried again when
 * the server did not take the request (429, no connection), and after 5xx and broken connections when the request is repeatable; and
 * `timeout`, `aborted` or the signal's own.
 */
export async function follow(sender: Sender, outgoing: Outgoing, signal: AbortSignal): Promise<HttpAnswer> {
  const { who } = outgoing;
  try {
    return await hops(sender, outgoing, signal);
  } catch (thrown) {
    if (signal.aborted) throw endOf(who, signal, thrown);
    if (!(thrown instanceof Problem)) throw connectionProblem(outgoing, thrown);
    const { code, message, details, retryable, cause } = thrown;
    if (message.startsWith(who)) throw thrown;
    throw new Problem(code, `${who}: ${message}`, {
      retryable,
      cause,
      ...(details === undefined ? {} : { details }),
    });
  }
}

async function hops(sender: Sender, outgoing: Outgoing, signal: AbortSignal): Promise<HttpAnswer> {
  const { who, trustedHost } = outgoing;
  let { request } = outgoing;
  for (let hop = 0; hop <= maxRedirects; hop += 1) {
    const answer = await sender.send(request, request.url.host === trustedHost, signal);
    const location = redirectTarget(answer);
    if (location === null) {
      const body = await readResponse(outgoing, answer);
      return { status: answer.status, headers: Object.fromEntries(answer.headers), body };
    }
    answer.body.destroy();
    request = redirectRequest(who, request, answer.status, location);
  }
  throw new Problem('tool_failed', `${who}: more than ${maxRedirects} redirects`);
}

/** Failures of a connection before anything was sent. */
const unsent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH']);

function connectionProblem({ who, isRepeatable }: Outgoing, thrown: unknown): Problem {
  const [first = thrown] = thrown instanceof AggregateError ? (thrown.errors as unknown[]) : [];
  const code = first instanceof Error && 'code' in first ? String(first.code) : 'connection failed';
  return new Problem('tool_failed', `${who}: the request failed (${code})`, {
    retryable: isRepeatable || unsent.has(code),
    cause: thrown,
  });
}
