import type { IncomingMessage, RequestListener, Server as HttpServer, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type Koa from 'koa';
import { keepHostBody } from '../requests/host-body.ts';
import { isInside } from './with-base-path.ts';

/** A request of Express and the like, which take the path they are mounted at off `url`. */
type HostRequest = IncomingMessage & { readonly originalUrl?: string; readonly body?: unknown };

/** Answers a request, always. */
export type Handle = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Takes up a request to speak WebSocket, always. */
export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** A handler for `node:http`, and for Express and the like: what is not under the base path goes to `next`. */
export type Handler = (
  request: IncomingMessage,
  response: ServerResponse,
  next?: (thrown?: unknown) => void,
) => void;

/** Koa middleware: answers what is under the base path, and lets go on what is not. */
export function asMiddleware(handle: Handle, basePath: string): Koa.Middleware {
  return async (context, next) => {
    const { req, res, originalUrl } = context;
    if (!isInside(originalUrl, basePath)) return next();
    context.respond = false;
    const { body, rawBody } = context.request as { readonly body?: unknown; readonly rawBody?: unknown };
    keepHostBody(req, rawBody ?? body);
    await withUrl(req, originalUrl, () => handle(req, res));
  };
}

/** A handler; without `next` it answers 404 where it is not asked. */
export function asHandler(handle: Handle, basePath: string): Handler & RequestListener {
  return (request: HostRequest, response: ServerResponse, next?: (thrown?: unknown) => void) => {
    const url = request.originalUrl ?? request.url ?? '';
    if (next !== undefined && !isInside(url, basePath)) return next();
    keepHostBody(request, request.body);
    void withUrl(request, url, () => handle(request, response));
  };
}

const takes = Symbol('addresses that a server takes up');

/**
 * Takes up WebSockets under the base path of an HTTP server; gives what stops that. Others are left to the host's own listeners, and
 * refused by the last engine where it has none, since Node would keep them open.
 */
export function attachTo(http: HttpServer, upgrade: Upgrade, basePath: string): () => void {
  const listener = Object.assign(
    (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
      const { url = '' } = request;
      if (listener[takes](url) || (http.listeners('upgrade').at(-1) === listener && isNobodys(http, url)))
        upgrade(request, socket, head);
    },
    { [takes]: (url: string) => isInside(url, basePath) },
  );
  http.on('upgrade', listener);
  return () => void http.off('upgrade', listener);
}

/** Whether all who listen are engines, and the address is under none of their paths. */
function isNobodys(http: HttpServer, url: string): boolean {
  return http
    .listeners('upgrade')
    .every((other) => takes in other && !(other as { [takes]: (url: string) => boolean })[takes](url));
}

/** Shows the whole address to what handles a request, and the host its own again after. */
async function withUrl(request: IncomingMessage, url: string, work: () => Promise<void>): Promise<void> {
  const { url: shown } = request;
  request.url = url;
  try {
    await work();
  } finally {
    if (shown !== undefined) request.url = shown;
  }
}
