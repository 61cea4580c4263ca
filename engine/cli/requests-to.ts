import { isObject, type Json } from '../core/json.ts';
import { Problem, fromData, type ProblemData } from '../core/problem.ts';

/** A server, and what one signs in with. */
export interface ServerPlace {
  /** For example `http://127.0.0.1:8000`. */
  readonly server: string;
  readonly token?: string;
}

/**
 * Makes requests that answer with JSON. They throw Problem `server_unreachable` and what the server answers.
 */
export function requestsTo({
  server,
  token,
}: ServerPlace): <T>(method: 'GET' | 'POST', path: string, body?: Json) => Promise<T> {
  const base = server.replace(/\/+$/, '');
  return async <T>(method: 'GET' | 'POST', path: string, body?: Json): Promise<T> => {
    let response: Response;
    try {
      response = await fetch(base + path, {
        method,
        headers: {
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (thrown) {
      throw new Problem('server_unreachable', `no server answers at "${server}"`, { cause: thrown });
    }
    const answer: unknown = await response.json().catch(() => undefined);
    if (response.ok && answer !== undefined) return answer as T;
    const error = isObject(answer) ? answer['error'] : undefined;
    if (isObject(error) && typeof error['type'] === 'string') throw fromData(error as unknown as ProblemData);
    throw new Problem('server_unreachable', `"${server}" answered ${response.status}, and is no engine`);
  };
}
