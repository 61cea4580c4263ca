import { isObject } from '../core/json.ts';
import { Problem } from '../core/problem.ts';
import { parsed } from './parsed.ts';

/**
 * The JSON of a successful answer. Throws Problem `server_unreachable` where no engine can have given it.
 * @param has a key that every such answer has.
 */
export async function answerOf<T>(response: Response, server: string, has: string | undefined): Promise<T> {
  const answer = parsed(await response.text());
  if (answer !== undefined && (has === undefined || (isObject(answer) && has in answer))) return answer as T;
  throw noEngine(server);
}

/** A successful answer of this media type, or none at all. Throws Problem `server_unreachable` for another one. */
export async function streamOf(
  response: Response,
  server: string,
  accept: string | undefined,
): Promise<Response> {
  const type = response.headers.get('content-type') ?? '';
  if (accept === undefined || response.status === 204 || type.startsWith(accept)) return response;
  await response.body?.cancel();
  throw noEngine(server);
}

/** Something else answers at an address. */
export function noEngine(server: string): Problem {
  return new Problem('server_unreachable', `what answers at "${server}" is no engine; look at the address`, {
    retryable: false,
  });
}
