import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { IncomingMessage } from 'node:http';
import { Problem } from '../../core/problem.ts';
import type { ErrorBody, Report } from '../answers/error-body.ts';
import { safeHeaders } from '../answers/safe-headers.ts';
import { endWith, refuseUnreadable } from '../answers/raw-answer.ts';
import { isForSocket } from '../socket/handshake.ts';
import { goOnWithoutUpgrade } from './without-upgrade.ts';

/** Milliseconds a whole request may take where nobody says otherwise. */
export const usualRequestMs = 60_000;

/** How long clients may take, in milliseconds; 0: as long as they like. */
export interface Timeouts {
  /** For the headers of a request. Default: 10 seconds, or all the time of a request that has less. */
  readonly headersMs?: number;
  /** For a whole request. Default: 60 seconds. */
  readonly requestMs?: number;
  /** Between two requests of one connection. Default: 5 seconds. */
  readonly idleMs?: number;
}

/** An HTTP server that waits for nobody, and answers what is no HTTP with the error envelope. */
export function createHttpServer(
  { requestMs = usualRequestMs, headersMs = usualHeadersMs(requestMs), idleMs = 5_000 }: Timeouts,
  listener: RequestListener,
  upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void,
  report: Report,
): Server {
  const answers = createAnswers();
  const http = createServer(
    {
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      keepAliveTimeout: idleMs,
      connectionsCheckingInterval: Math.min(5_000, ...[headersMs, requestMs].filter((ms) => ms > 0)),
      // Refused below, in the form of every other failure.
      requireHostHeader: false,
    },
    (request, response) => {
      answers.add(request.socket, response);
      if (request.headers.host !== undefined || request.httpVersion === '1.0')
        return listener(request, response);
      const { body } = report(new Problem('invalid_request', 'the request names no host'), request);
      refuse(response, 400, body);
    },
  );
  http.on('clientError', (error, socket) => {
    // A refusal in the middle of an answer would be taken for a part of it.
    if (answers.haveBegun(socket)) socket.destroy();
    else refuseUnreadable(error, socket, report);
  });
  http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) =>
    isForSocket(request)
      ? upgrade(request, socket, head)
      : goOnWithoutUpgrade(http, request, { socket, head, before: answers.last(socket) }),
  );
  http.on('checkExpectation', (request, response) => {
    const problem = new Problem(
      'invalid_request',
      `the header "Expect: ${request.headers.expect ?? ''}" cannot be met; leave it out`,
    );
    refuse(response, 417, report(problem, request, 417).body);
  });
  http.on('connect', (request: IncomingMessage, socket: Duplex) => {
    const { body } = report(new Problem('method_not_allowed', 'this server is no proxy'), request);
    endWith(socket, 405, body);
  });
  return http;
}

function usualHeadersMs(requestMs: number): number {
  return requestMs === 0 ? 10_000 : Math.min(10_000, requestMs);
}

/** The answers that each connection is still given. */
interface Answers {
  add(socket: Duplex, response: ServerResponse): void;
  /** The one to the last request. */
  last(socket: Duplex): ServerResponse | undefined;
  /** Whether one of them is on its way. */
  haveBegun(socket: Duplex): boolean;
}

function createAnswers(): Answers {
  const open = new WeakMap<Duplex, Set<ServerResponse>>();
  const of = (socket: Duplex): readonly ServerResponse[] => [...(open.get(socket) ?? [])];
  return {
    add(socket, response) {
      const answers = open.get(socket) ?? new Set();
      open.set(socket, answers.add(response));
      response.once('close', () => answers.delete(response));
    },
    last: (socket) => of(socket).at(-1),
    haveBegun: (socket) => of(socket).some(({ headersSent }) => headersSent),
  };
}

function refuse(response: ServerResponse, status: number, body: ErrorBody): void {
  response.writeHead(status, {
    ...safeHeaders,
    Connection: 'close',
    'Content-Type': 'application/json; charset=utf-8',
  });
  response.end(JSON.stringify(body));
}
