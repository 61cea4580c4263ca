import { isObject } from '../core/json.ts';
import { Problem } from '../core/problem.ts';

/**
 * The JSON of a successful answer. Throws Problem `server_unreachable` where no engine can have given it.
 * @param has a key that every such answer has.
 */
export async function answerOf<T>(response: Response, server: string, has: string | undefined): Promise<T> {
  const answer = parsed(await response.text());
  if (answer !== undefined && (has === undefined || (isObject(answer) && has in answer))) return answer as T;
  throw new Problem('server_unreachable', `what answers at "${server}" is no engine; look at the address`, {
    retryable: false,
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
