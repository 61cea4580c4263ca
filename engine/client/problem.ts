import { isObject } from '../core/json.ts';
import { Problem, readProblemData } from '../core/problem.ts';

/** What the client throws: `ref` names the entry of the server's log, when the failure came from a server. */
export type ClientProblem = Problem & { readonly ref?: string };

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

/** A connection that failed, as Problem `server_unreachable`; a Problem stays itself. */
export function unreachable(url: string, thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  const why =
    thrown instanceof Error ? (thrown.cause instanceof Error ? thrown.cause.message : thrown.message) : '';
  return new Problem('server_unreachable', `no answer from "${url}"${why === '' ? '' : `: ${why}`}`, {
    cause: thrown,
  });
}
