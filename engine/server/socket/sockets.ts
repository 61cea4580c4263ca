import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type Koa from 'koa';
import websockify from 'koa-websocket';
import type { VerifyClientCallbackAsync, WebSocket, WebSocketServer } from 'ws';
import type { Engine } from '../../api.ts';
import { Problem } from '../../core/problem.ts';
import { refusalHeaders } from '../answer.ts';
import type { Caller } from '../auth/caller.ts';
import { refuseUnscoped, type Gate } from '../auth/gate.ts';
import type { Bounds } from '../bounds/bounds.ts';
import type { Report } from '../error-body.ts';
import { refuseForeign } from '../guard.ts';
import { refuseUnreadable } from '../raw-answer.ts';
import { serveConnection } from './connection.ts';
import { createPulse } from './pulse.ts';
import { socketTarget } from './target.ts';

/** Largest frame of a client, in bytes. */
const maxFrameBytes = 1024 * 1024;

/** The version of the protocol, which a client may name. */
const protocol = 'engine.v1';

/** Milliseconds a client has to answer a close. */
const closeMs = 1_000;

type Verdict = Parameters<VerifyClientCallbackAsync>[1];

/** What the sockets need. */
export interface SocketOptions {
  readonly engine: Engine;
  readonly gate: Gate;
  readonly bounds: Bounds;
  readonly report: Report;
  readonly closing: AbortSignal;
}

/** The WebSocket side of the server. */
export interface Sockets {
  /** To be called right after `app.listen`. */
  start(): void;
  /** Says 1001 to every client and waits a second at most for them to leave. */
  close(): Promise<void>;
}

/** Adds WebSockets to an app. What cannot be served is refused before the upgrade, with the error envelope. */
export function addSockets(app: Koa, { engine, gate, bounds, report, closing }: SocketOptions): Sockets {
  const socketed = websockify(app, {
    maxPayload: maxFrameBytes,
    // What a compressed frame grows to is known too late.
    perMessageDeflate: false,
    maxFragments: 1024,
    clientTracking: true,
    verifyClient: ({ req }: { readonly req: IncomingMessage }, done: Verdict) => {
      admit(req).then(
        () => done(true),
        (thrown: unknown) => {
          const { problem, body } = report(thrown, req);
          done(false, problem.status, JSON.stringify(body), {
            'Content-Type': 'application/json; charset=utf-8',
            ...refusalHeaders(problem),
          });
        },
      );
    },
    // A token among the offers must not come back.
    handleProtocols: (offered: Set<string>) => (offered.has(protocol) ? protocol : false),
  });
  const callers = new WeakMap<IncomingMessage, Caller>();
  const pulse = createPulse();
  let server: WebSocketServer | undefined;

  socketed.ws.use(({ websocket: socket, req }) => {
    pulse.watch(socket, req.socket);
    try {
      serveConnection(socket, { engine, target: socketTarget(engine, req.url ?? ''), report });
    } catch (thrown) {
      report(thrown, req);
      socket.close(1011, 'internal error');
    }
  });

  return {
    start() {
      server = socketed.ws.server;
      // The HTTP server's errors come here too, and are the listener's to handle.
      server?.on('error', () => undefined);
      server?.on('wsClientError', (error: Error, socket: Duplex) => refuseUnreadable(error, socket, report));
    },
    async close() {
      pulse.stop();
      if (server === undefined) return;
      server.close();
      const left = [...server.clients].map((socket) => {
        socket.close(1001, 'the server is shutting down');
        return new Promise<void>((resolve) => {
          const timer = setTimeout(() => socket.terminate(), closeMs);
          socket.once('close', () => {
            clearTimeout(timer);
            resolve();
          });
        });
      });
      await Promise.all(left);
    },
  };

  async function admit(request: IncomingMessage): Promise<void> {
    if (closing.aborted) throw new Problem('shutting_down', 'the server is shutting down');
    refuseForeign(request);
    const caller = await signIn(request);
    await bounds.count(request, caller);
    const { target } = socketTarget(engine, request.url ?? '');
    refuseUnscoped(caller, { access: target === 'agent' ? 'agents' : 'workflows', method: 'POST' });
    callers.set(request, caller);
    request.socket.once('close', bounds.connections.take());
  }

  async function signIn(request: IncomingMessage): Promise<Caller> {
    try {
      return await gate.authenticateSocket(request);
    } catch (thrown) {
      await bounds.count(request, undefined);
      throw thrown;
    }
  }
}
