import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { Problem } from '../../core/problem.ts';
import { safeHeaders } from './safe-headers.ts';
import type { ErrorBody, Report } from './error-body.ts';

/** Milliseconds in which a client that was answered may take the answer and leave. */
const lingerMs = 1_000;

/** Answers a request that Node could not even parse with the error envelope, and closes its connection. */
export function refuseUnreadable(error: NodeJS.ErrnoException, socket: Duplex, report: Report): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
  const [status, problem] = whyUnreadable(error.code);
  const { body } = report(problem, {}, status);
  endWith(socket, status, body);
}

/** Sends the error envelope as the last of a connection, which is cut off when the other side has not left a second later. */
export function endWith(
  socket: Duplex,
  status: number,
  body: ErrorBody,
  headers?: Readonly<Record<string, string>>,
): void {
  // A client that is gone already needs no answer.
  socket.on('error', () => undefined);
  socket.end(rawAnswer(status, body, headers));
  const cut = setTimeout(() => socket.destroy(), lingerMs);
  socket.once('close', () => clearTimeout(cut));
}

function whyUnreadable(code: string | undefined): [number, Problem] {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return [431, new Problem('payload_too_large', 'the headers are too large')];
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return [408, new Problem('timeout', 'the request did not arrive in time')];
    default:
      return [400, new Problem('invalid_request', 'the request is not valid HTTP')];
  }
}

/** An answer in the error envelope, for a connection that has no response. */
function rawAnswer(status: number, body: ErrorBody, headers: Readonly<Record<string, string>> = {}): string {
  const text = JSON.stringify(body);
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Connection: close',
    'Content-Type: application/json; charset=utf-8',
    ...Object.entries({ ...safeHeaders, ...headers }).map(([name, value]) => `${name}: ${value}`),
    `Content-Length: ${Buffer.byteLength(text)}`,
    '',
    text,
  ].join('\r\n');
}
