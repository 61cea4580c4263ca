import type { IncomingMessage } from 'node:http';
import { Problem } from '../../core/problem.ts';

/** The bytes of a body as they come. Throws Problem `invalid_request` when the connection ends before they do. */
export async function* received(request: IncomingMessage): AsyncGenerator<Buffer> {
  try {
    yield* request as AsyncIterable<Buffer>;
  } catch {
    throw cutOff();
  }
}

/** Why a body cannot be read to its end. Nobody hears it but the log. */
export function cutOff(): Problem {
  return new Problem('invalid_request', 'the connection ended before the body did');
}
