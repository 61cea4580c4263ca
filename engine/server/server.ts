import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type Koa from 'koa';
import type { Engine } from '../api.ts';
import { Problem } from '../core/problem.ts';
import { insideOf } from '../inside.ts';
import { createApp } from './app.ts';
import { createGate } from './auth/gate.ts';
import { createOwnership, shared } from './auth/ownership.ts';
import { createBounds } from './bounds/bounds.ts';
import { createReport, logToStderr, type Log, type Report } from './error-body.ts';
import { isLoopback } from './guard.ts';
import type { OnRequest } from './request-end.ts';
import { refuseUnreadable } from './raw-answer.ts';
import type { Route } from './route.ts';
import { routes } from './routes/routes.ts';
import { addSockets } from './socket/sockets.ts';
import { basePathOf } from './with-base-path.ts';

/** How to serve. What is left out comes from the project's `server` settings. */
export interface ServerOptions {
  /** A loopback address or `localhost`. */
  readonly host?: string;
  /** 0: a free one. */
  readonly port?: number;
  /** Largest request body, in bytes. */
  readonly bodyBytes?: number;
  /** Path in front of every route. */
  readonly basePath?: string;
  /** More routes than those of every server; `/openapi.json` leaves them out. */
  readonly routes?: readonly Route[];
  /** Receives a line for every failed request; default: internal errors go to stderr as JSON lines. */
  readonly log?: Log;
  /** Receives every request that has ended, for an access log or metrics. */
  readonly onRequest?: OnRequest;
}

/** An engine over HTTP, SSE and WebSocket. */
export interface Server {
  /** Starts to listen. Throws Problem `invalid_request` for an address other machines could reach, `port_in_use`. */
  listen(): Promise<{ readonly host: string; readonly port: number; readonly url: string }>;
  /**
   * Stops accepting, ends streams and sockets (1001), gives running requests `graceMs` (default 0) to finish, and cuts off the
   * rest. The engine stays open.
   */
  close(options?: { readonly graceMs?: number }): Promise<void>;
}

/**
 * A server for an engine, not yet listening.
 *
 * @example
 * const server = createServer(engine, { port: 8000 });
 * const { url } = await server.listen();
 */
export function createServer(engine: Engine, options: ServerOptions = {}): Server {
  const { settings } = engine.program;
  const report = createReport(options.log ?? logToStderr, engine.redact);
  const closing = new AbortController();
  const gate = createGate(settings.server.auth, () => insideOf(engine).secrets);
  const ownership = gate.isClosed ? createOwnership(engine) : shared;
  const bounds = createBounds(settings.server);
  const app = createApp({
    engine,
    routes: [...routes, ...(options.routes ?? [])],
    bodyBytes: options.bodyBytes ?? settings.server.bodyBytes,
    report,
    closing: closing.signal,
    onRequest: options.onRequest,
    gate,
    ownership,
    bounds,
    basePath: basePathOf(options.basePath ?? settings.server.basePath),
  });
  app.listen = boundedListen(app, report);
  const sockets = addSockets(app, { engine, gate, bounds, report, closing: closing.signal });
  let http: HttpServer | undefined;

  return {
    async listen() {
      const host = options.host ?? settings.server.host;
      const port = options.port ?? settings.server.port;
      if (!isLoopback(host)) {
        throw new Problem(
          'invalid_request',
          `cannot listen on "${host}": authentication is not available in this version, so the server only listens on 127.0.0.1, ::1 or localhost`,
        );
      }
      const address = host === 'localhost' ? '127.0.0.1' : host.replace(/^\[|\]$/g, '');
      http = app.listen(port, address);
      sockets.start();
      await listening(http, address, port);
      const bound = http.address() as AddressInfo;
      const shown = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address;
      return { host: bound.address, port: bound.port, url: `http://${shown}:${bound.port}` };
    },
    async close({ graceMs = 0 } = {}) {
      closing.abort();
      if (http === undefined) return;
      const stopped = new Promise<void>((resolve) => http?.close(() => resolve()));
      http.closeIdleConnections();
      const cut = setTimeout(() => http?.closeAllConnections(), graceMs);
      await sockets.close();
      await stopped;
      clearTimeout(cut);
    },
  };
}

/** `app.listen` over an HTTP server that waits for nobody: 10 s for the headers, 60 s for the whole request. */
function boundedListen(app: Koa, report: Report): Koa['listen'] {
  const listen = (...place: unknown[]): HttpServer => {
    const handle = app.callback();
    const server = createHttpServer(
      { headersTimeout: 10_000, requestTimeout: 60_000, connectionsCheckingInterval: 5_000 },
      (request, response) => void handle(request, response),
    );
    server.on('clientError', (error, socket) => refuseUnreadable(error, socket, report));
    return server.listen(...(place as [number, string]));
  };
  return listen as Koa['listen'];
}

function listening(http: HttpServer, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once('listening', resolve);
    http.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'EADDRINUSE'
          ? new Problem(
              'port_in_use',
              `port ${port} of ${host} is in use; choose another one, or 0 for a free one`,
            )
          : new Problem('invalid_request', `cannot listen on port ${port} of "${host}": ${error.message}`, {
              cause: error,
            }),
      );
    });
  });
}
