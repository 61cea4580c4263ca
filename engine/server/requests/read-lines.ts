import type { IncomingMessage } from 'node:http';
import { Problem } from '../../core/problem.ts';
import { received } from './received.ts';

/** Content type of lines of JSON. */
export const linesType = 'application/jsonl';

const accepted = [linesType, 'application/x-ndjson'];

/** Most that is taken, in bytes. */
export const mostBytes = 64 * 1024 * 1024;

/**
 * The text of a request in pieces, read as it is asked for. Throws Problem `unsupported_media_type`, `payload_too_large`,
 * `invalid_request` (no UTF-8).
 */
export async function* readLines(request: IncomingMessage): AsyncGenerator<string> {
  const type = request.headers['content-type'];
  if (type === undefined || !accepted.includes(type.split(';')[0]?.trim().toLowerCase() ?? ''))
    throw new Problem('unsupported_media_type', `the body needs the content type "${linesType}"`);
  if (request.headers['content-encoding'] !== undefined)
    throw new Problem('unsupported_media_type', 'the body must not be compressed');
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let size = 0;
  for await (const chunk of received(request)) {
    size += chunk.length;
    if (size > mostBytes)
      throw new Problem('payload_too_large', `the body is larger than ${mostBytes} bytes`);
    yield decode(() => decoder.decode(chunk, { stream: true }));
  }
  yield decode(() => decoder.decode());
}

function decode(read: () => string): string {
  try {
    return read();
  } catch {
    throw new Problem('invalid_request', 'the body is no UTF-8');
  }
}
