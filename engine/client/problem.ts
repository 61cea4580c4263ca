import { isObject } from '../core/json.ts';
import { retryAfterMs } from '../core/retry-after.ts';
import { Problem, readProblemData } from '../core/problem.ts';
import type { ProblemCode } from '../core/problem-codes.ts';
import { parsed } from './parsed.ts';

/**
 * What the client throws: a Problem with `code`, `status`, `message`, `details` and `retryable`.
 *
 * @example
 * try {
 *   await client.agents.invoke('assistant', 'thread-1', { message: 'Hello' });
 * } catch (thrown) {
 *   if (!isProblem(thrown, 'session_busy')) throw thrown;
 *   console.log(`busy, as ${thrown.ref} of the log says`);
 * }
 */
export type ClientProblem = Problem & {
  /** The entry of the server's log, when the failure came from a server. */
  readonly ref?: string;
  /** Milliseconds after which the server wants to be asked again, when it says so. */
  readonly retryAfterMs?: number;
};

/**
 * Whether something thrown is a Problem, and one with one of these codes if any are given.
 *
 * @example if (isProblem(thrown, 'too_many_requests', 'shutting_down')) showLater();
 */
export function isProblem(
  thrown: unknown,
  ...codes: readonly (ProblemCode | (string & {}))[]
): thrown is ClientProblem {
  // By its name: a program may hold two copies of this package.
  if (!(thrown instanceof Error) || thrown.name !== 'Problem' || !('code' in thrown)) return false;
  return codes.length === 0 || codes.includes(String(thrown.code));
}

/** The failure of an envelope `{error: {type, message, details?, ref}}`, or undefined when it is none. */
export function readEnvelope(body: unknown): ClientProblem | undefined {
  if (!isObject(body)) return undefined;
  const { error } = body;
  const data = readProblemData(error);
  if (data === undefined || !isObject(error)) return undefined;
  const problem = new Problem(
    data.type,
    data.message,
    data.details === undefined ? {} : { details: data.details },
  );
  const { ref } = error;
  return typeof ref === 'string' ? Object.assign(problem, { ref }) : problem;
}

/** Why a request was refused. */
export async function refusal(response: Response): Promise<ClientProblem> {
  const { status, url, headers } = response;
  const text = await response.text();
  const problem =
    readEnvelope(parsed(text)) ??
    new Problem('server_unreachable', `"${url}" answered ${status}, and not in the way of this engine`, {
      // Of what stands in front of a server.
      retryable: [408, 429, 502, 503, 504].includes(status),
    });
  const waitMs = retryAfterMs(headers.get('retry-after'));
  return waitMs === undefined ? problem : Object.assign(problem, { retryAfterMs: waitMs });
}

/** What a failed call throws. */
export function failure(url: string, thrown: unknown, signal: AbortSignal | undefined): ClientProblem {
  if (signal?.aborted !== true) return unreachable(url, thrown);
  return signal.reason instanceof Problem
    ? signal.reason
    : new Problem('aborted', 'the call was aborted', { cause: thrown });
}

/** A connection that failed, as Problem `server_unreachable`; a Problem stays itself. */
export function unreachable(url: string, thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  const why =
    thrown instanceof Error ? (thrown.cause instanceof Error ? thrown.cause.message : thrown.message) : '';
  return new Problem('server_unreachable', `no answer from "${url}"${why === '' ? '' : `: ${why}`}`, {
    cause: thrown,
  });
}
