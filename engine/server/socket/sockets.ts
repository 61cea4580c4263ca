import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type Koa from 'koa';
import websockify from 'koa-websocket';
import type { VerifyClientCallbackAsync } from 'ws';
import type { Engine } from '../../api.ts';
import { Problem } from '../../core/problem.ts';
import { refusalHeaders } from '../answers/answer.ts';
import { safeHeaders } from '../answers/safe-headers.ts';
import { anyone, type Caller } from '../auth/caller.ts';
import { onExpiry } from '../auth/expiry.ts';
import { refuseUnscoped, type Gate } from '../auth/gate.ts';
import type { Ownership } from '../auth/ownership.ts';
import { visibleTo } from '../auth/unlisted.ts';
import type { Bounds } from '../bounds/bounds.ts';
import type { Report } from '../answers/error-body.ts';
import type { Guard } from '../auth/guard.ts';
import { endWith, refuseUnreadable } from '../answers/raw-answer.ts';
import { serveConnection, type Enter } from './connection.ts';
import { handshakeFault } from './handshake.ts';
import { createPulse } from './pulse.ts';
import { refuseClosed } from '../http/refuse-closed.ts';
import { isInside } from '../http/with-base-path.ts';
import { socketTarget, type Target } from './target.ts';

/** Largest frame of a client, in bytes. */
const maxFrameBytes = 1024 * 1024;

/** As many answers to pings as `limitFrames` lets be asked for and wait; the types of the library do not know the option. */
const pongs = { maxPendingAutoPongs: 0 };

/** The version of the protocol, which a client may name. */
const protocol = 'engine.v1';

/** Close code of a socket whose caller's sign-in has ended. */
const expiredCode = 4401;

/** Milliseconds a client has to answer a close. */
const closeMs = 1_000;

type Verdict = Parameters<VerifyClientCallbackAsync>[1];

/** What the sockets need. */
export interface SocketOptions {
  readonly engine: Engine;
  readonly gate: Gate;
  readonly guard: Guard;
  readonly ownership: Ownership;
  readonly bounds: Bounds;
  readonly report: Report;
  readonly closing: AbortSignal;
  /** In front of every path; empty or like `/engine`. */
  readonly basePath: string;
}

/** The WebSocket side of the server. */
export interface Sockets {
  /** Takes up a request to speak WebSocket; what is not served is refused with the error envelope. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Says 1001 to every client and waits a second at most for them to leave. */
  close(): Promise<void>;
}

/** Adds WebSockets to an app. What cannot be served is refused before the upgrade, with the error envelope. */
export function addSockets(
  app: Koa,
  { engine, gate, ownership, guard, bounds, report, closing, basePath }: SocketOptions,
): Sockets {
  const socketed = websockify(app);
  socketed.ws.listen({
    noServer: true,
    maxPayload: maxFrameBytes,
    // What a compressed frame grows to is known too late.
    perMessageDeflate: false,
    maxFragments: 1024,
    ...pongs,
    clientTracking: true,
    verifyClient: ({ req }: { readonly req: IncomingMessage }, done: Verdict) => {
      admit(req).then(
        () => done(true),
        (thrown: unknown) => {
          const { problem, body } = report(thrown, req);
          done(false, problem.status, JSON.stringify(body), {
            ...safeHeaders,
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

  const { server } = socketed.ws;
  if (server === undefined) throw new Error('a WebSocket server is made by listening');
  server.on('wsClientError', (error: Error, socket: Duplex) => refuseUnreadable(error, socket, report));
  socketed.ws.use(({ websocket: socket, req }) => {
    pulse.watch(socket, req.socket);
    try {
      const caller = callers.get(req) ?? anyone;
      const keep = onExpiry(caller, () => socket.close(expiredCode, 'the token has expired'));
      socket.once('close', keep);
      const enter: Enter = async (type) => {
        await bounds.count(req, caller);
        return type === 'subscribe' ? () => undefined : bounds.work.take();
      };
      const asker = { engine, caller, ownership };
      const target = targetOf(req, caller);
      serveConnection(socket, { ...asker, stream: req.socket, target, report, enter });
    } catch (thrown) {
      report(thrown, req);
      socket.close(1011, 'internal error');
    }
  });

  return {
    upgrade(request, socket, head) {
      const fault = handshakeFault(request);
      if (fault !== undefined) {
        const { body } = report(fault.problem, request, fault.status);
        endWith(socket, fault.status, body, fault.headers);
        return;
      }
      server.handleUpgrade(request, socket, head, (opened) => server.emit('connection', opened, request));
    },
    async close() {
      pulse.stop();
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

  function targetOf({ url = '' }: IncomingMessage, caller: Caller): Target {
    return socketTarget(
      visibleTo(caller, engine.program),
      isInside(url, basePath) ? url.slice(basePath.length) : '',
    );
  }

  async function admit(request: IncomingMessage): Promise<void> {
    if (closing.aborted) throw new Problem('shutting_down', 'the server is shutting down');
    refuseClosed(engine);
    guard(request);
    const caller = await signIn(request);
    await bounds.count(request, caller);
    const target = targetOf(request, caller);
    const isAgent = target.target === 'agent';
    refuseUnscoped(caller, { access: isAgent ? 'agents' : 'workflows', method: 'POST' });
    await ownership.check(caller, {
      route: { method: 'POST', path: isAgent ? '/agents/:name/:id' : '/workflows/:name' },
      params: { name: target.name, ...(isAgent ? { id: target.instanceId } : {}) },
      search: '',
      isOpening: true,
    });
    // The server may have begun to stop meanwhile.
    if (closing.aborted) throw new Problem('shutting_down', 'the server is shutting down');
    callers.set(request, caller);
    // Who left meanwhile does not leave again, and would hold the place for ever.
    if (request.socket.destroyed) throw new Problem('aborted', 'the caller left');
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
