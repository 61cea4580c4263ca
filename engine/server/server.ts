import { setMaxListeners } from 'node:events';
import type { RequestListener, Server as HttpServer } from 'node:http';
import type Koa from 'koa';
import type { Engine, ProjectEngine } from '../api.ts';
import { isLoopback } from '../core/loopback.ts';
import { Problem } from '../core/problem.ts';
import type { ProjectTypes } from '../core/register.ts';
import { insideOf } from '../api/inside.ts';
import { checkServerOptions } from './check-server-options.ts';
import { createApp } from './http/app.ts';
import { createGate } from './auth/gate.ts';
import { createHostGate, type CallerOf } from './auth/host-gate.ts';
import { createOwnership, shared } from './auth/ownership.ts';
import { createBounds } from './bounds/bounds.ts';
import { createReport, logToStderr, type Log } from './answers/error-body.ts';
import { createGuard } from './auth/guard.ts';
import { createDoor } from './http/door.ts';
import { createHttpServer, type Timeouts } from './http/http-server.ts';
import { createInFlight } from './http/in-flight.ts';
import { listen, type Address } from './http/listen.ts';
import { createLostAnswers } from './http/lost-answers.ts';
import { asHandler, asMiddleware, attachTo, type Handle, type Handler } from './http/mount.ts';
import type { OnRequest } from './http/request-end.ts';
import type { Route } from './route.ts';
import { routes } from './routes/routes.ts';
import { addSockets } from './socket/sockets.ts';
import { observeServer } from './http/telemetry.ts';
import { basePathOf } from './http/with-base-path.ts';

/** How to serve. What is left out comes from the project's `server` settings. */
export interface ServerOptions {
  /** Another than a loopback address needs `server.auth` in the project, or `insecure`. */
  readonly host?: string;
  /** 0: a free one. */
  readonly port?: number;
  /** Lets other machines call though nobody has to sign in: whoever reaches the address may do everything. Default false. */
  readonly insecure?: boolean;
  /** Who calls, as the app around knows; in place of `server.auth`. */
  readonly callerOf?: CallerOf;
  /** Largest request body, in bytes. */
  readonly bodyBytes?: number;
  /** How long clients may take. */
  readonly timeouts?: Timeouts;
  /** Path in front of every route, such as `/engine`. */
  readonly basePath?: string;
  /** More routes than those of every server; `/openapi.json` leaves them out. */
  readonly routes?: readonly Route[];
  /** Receives a line for every failed request; default: internal errors go to stderr as JSON lines. */
  readonly log?: Log;
  /** Receives every request that has ended, for an access log or metrics. */
  readonly onRequest?: OnRequest;
}

/** An engine over HTTP, SSE and WebSocket: on an address of its own, or inside another app. */
export interface Server {
  /**
   * Starts to listen. Throws Problem `invalid_request` for an address that other machines could call without sign-in, `port_in_use`, and `missing_secret` for
   * a channel that could not check who sends, or a callback that could not be signed. Throws `invalid_request` too when it listens already, or was drained or closed.
   * @param first is done once the address is taken, before anybody is answered; who calls meanwhile waits. When it fails nothing is
   * served, and that is thrown.
   */
  listen(first?: (address: Address) => Promise<void>): Promise<Address>;
  /** Koa middleware for another app: answers what is under the base path, and lets go on what is not. */
  middleware(): Koa.Middleware;
  /** A handler for `node:http`, Express and the like, in the same way. */
  handler(): Handler & RequestListener;
  /** Takes up WebSockets under the base path of another app's server; gives what stops that. */
  attach(http: HttpServer): () => void;
  /**
   * Takes no new work, is not ready any more, ends streams and sockets (1001), and resolves when no request is at work; those that are
   * after `graceMs` (default 0) are cut off. What only reads, `/health` too, is answered until `close`.
   */
  drain(options?: { readonly graceMs?: number }): Promise<void>;
  /** Drains and stops to listen. The engine stays open. */
  close(options?: { readonly graceMs?: number }): Promise<void>;
}

/**
 * A server for an engine, not yet listening. Throws Problem `invalid_request` for options that there are not.
 *
 * @example
 * const server = createServer(engine, { port: 8000 });
 * const { url } = await server.listen();
 */
export function createServer<P extends ProjectTypes>(
  given: Engine | ProjectEngine<P>,
  options: ServerOptions = {},
): Server {
  // Names are those of the project in its types only.
  const engine = given as Engine;
  checkServerOptions(engine, options);
  const settings = engine.program.settings.server;
  const report = createReport(options.log ?? logToStderr, engine.redact);
  const closing = new AbortController();
  // Every open stream listens.
  setMaxListeners(0, closing.signal);
  const gate =
    options.callerOf === undefined
      ? createGate(settings.auth, () => insideOf(engine).secrets)
      : createHostGate(options.callerOf);
  const ownership = gate.isClosed ? createOwnership(engine) : shared;
  const bounds = createBounds(settings);
  const isInsecure = options.insecure ?? false;
  const parts = {
    engine,
    report,
    closing: closing.signal,
    gate,
    ownership,
    bounds,
    guard: createGuard({ isClosed: gate.isClosed, isInsecure, cors: settings.cors, peerOf: bounds.peerOf }),
    cors: settings.cors,
    basePath: basePathOf(options.basePath ?? settings.basePath),
  };
  const telemetry = observeServer(insideOf(engine).telemetry, parts.bounds, options.onRequest);
  const app = createApp({
    ...parts,
    routes: [...routes, ...(options.routes ?? [])],
    hostRoutes: new Set(options.routes),
    bodyBytes: options.bodyBytes ?? settings.bodyBytes,
    onRequest: telemetry.onRequest,
    outermost: telemetry.middleware,
  });
  const sockets = addSockets(app, parts);
  const inFlight = createInFlight();
  const watchConnection = createLostAnswers();
  const answer = app.callback();
  const handle: Handle = (request, response) => {
    watchConnection(request, response);
    inFlight.add(response);
    return answer(request, response);
  };
  const detachings: (() => void)[] = [];
  let http: HttpServer | undefined;
  /** Until it has its address, nothing can stop it. */
  let binding: Promise<unknown> | undefined;

  const refuseClosed = (): void => {
    if (closing.signal.aborted)
      throw new Problem('invalid_request', 'the server was closed; make another one with createServer');
  };
  const checkSecrets = (): void => {
    engine.channels.check();
    engine.callbacks.check();
  };
  const drain = async ({ graceMs = 0 }: { readonly graceMs?: number } = {}): Promise<void> => {
    closing.abort();
    await Promise.all([sockets.close(), inFlight.end(graceMs)]);
  };
  return {
    async listen(first) {
      refuseClosed();
      if (http !== undefined) throw new Problem('invalid_request', 'the server listens already');
      checkSecrets();
      const host = options.host ?? settings.host;
      if (!isLoopback(host) && !gate.isClosed && !isInsecure) {
        throw new Problem(
          'invalid_request',
          `cannot listen on "${host}": other machines could call, and nobody has to sign in; set "server.auth" in engine.yaml ("engine token" makes a token), listen on 127.0.0.1, or take the risk with --insecure`,
        );
      }
      const door = createDoor(first !== undefined);
      http = createHttpServer(
        options.timeouts ?? {},
        (request, response) => door.pass(request.socket, () => void handle(request, response)),
        (request, socket, head) => door.pass(socket, () => sockets.upgrade(request, socket, head)),
        report,
      );
      try {
        const bound = await (binding = listen(http, host, options.port ?? settings.port, report));
        const address = { ...bound, url: bound.url + parts.basePath };
        await first?.(address);
        refuseClosed();
        door.open();
        return address;
      } catch (thrown) {
        await stopListening(http);
        // Whoever called may try again, once the port is free.
        http = undefined;
        throw thrown;
      }
    },
    middleware() {
      checkSecrets();
      return asMiddleware(handle, parts.basePath);
    },
    handler() {
      checkSecrets();
      return asHandler(handle, parts.basePath);
    },
    attach(other) {
      const detach = attachTo(other, sockets.upgrade, parts.basePath);
      detachings.push(detach);
      return detach;
    },
    drain,
    async close({ graceMs } = {}) {
      await drain(graceMs === undefined ? {} : { graceMs });
      for (const detach of detachings.splice(0)) detach();
      telemetry.close();
      await binding?.catch(() => undefined);
      if (http !== undefined) await stopListening(http);
    },
  };
}

async function stopListening(http: HttpServer): Promise<void> {
  const stopped = new Promise<void>((resolve) => http.close(() => resolve()));
  http.closeAllConnections();
  await stopped;
}
