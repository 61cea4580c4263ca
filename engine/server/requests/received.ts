import type { IncomingMessage } from 'node:http';
import { Problem } from '../../core/problem.ts';

/** The bytes of a body as they come. Throws Problem `invalid_request` when the connection ends before they do. */
export async function* received(request: IncomingMessage): AsyncGenerator<Buffer> {
  try {
    yield* request as AsyncIterable<Buffer>;
  } catch {
    // Nobody hears it but the log.
    throw new Problem('invalid_request', 'the connection ended before the body did');
  }
}
