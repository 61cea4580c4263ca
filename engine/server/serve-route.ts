import type { Engine } from '../api.ts';
import { Problem } from '../core/problem.ts';
import { sendJson } from './answer.ts';
import { anyone } from './auth/caller.ts';
import { refuseUnscoped } from './auth/gate.ts';
import type { Context } from './context.ts';
import type { Report } from './error-body.ts';
import { readBody } from './read-body.ts';
import type { Route } from './route.ts';
import { sendEvents } from './sse.ts';

/** What serving a route needs. */
export interface ServeRouteOptions {
  readonly engine: Engine;
  /** Largest body, in bytes. */
  readonly bodyBytes: number;
  readonly report: Report;
  /** Aborts when the server closes. */
  readonly closing: AbortSignal;
}

/** Reads what a route needs of a request, has it handled, and sends what it answers. */
export async function serveRoute(
  route: Route,
  context: Context,
  params: Record<string, string>,
  { engine, bodyBytes, report, closing }: ServeRouteOptions,
): Promise<void> {
  context.state.route = route;
  const { caller = anyone } = context.state;
  refuseUnscoped(caller, route);
  const wantsEvents = acceptsEvents(context, route);
  if (closing.aborted && (route.method === 'POST' || route.operation === 'ready')) {
    throw new Problem('shutting_down', 'the server is shutting down');
  }
  const body = route.method === 'POST' ? await readBody(context.req, bodyBytes) : undefined;
  const gone = goneSignal(context, wantsEvents ? closing : undefined);
  const reply = await route.handle({
    engine,
    caller,
    params,
    search: context.querystring,
    body,
    wantsEvents,
    lastEventId: context.req.headers['last-event-id']?.toString(),
    idempotencyKey: context.req.headers['idempotency-key']?.toString(),
    signal: gone,
  });
  if ('events' in reply) {
    context.respond = false;
    await sendEvents(context.res, reply.events, {
      headers: reply.headers ?? {},
      signal: gone,
      onError(thrown) {
        const { problem, body: said } = report(thrown, context.req);
        context.state.failure = { type: problem.code, ref: said.error.ref };
        return said;
      },
    });
    return;
  }
  context.status = reply.status;
  if (!('body' in reply)) return;
  context.set(reply.headers ?? {});
  sendJson(context, reply.body);
}

function acceptsEvents(context: Context, { streams }: Route): boolean {
  if (streams === 'always') return true;
  if (streams === undefined) return false;
  const best = context.accepts('application/json', 'text/event-stream');
  if (best === false) {
    throw new Problem('not_acceptable', 'the answer can be "application/json" or "text/event-stream"');
  }
  return best === 'text/event-stream';
}

/** Aborts when the caller is gone, and with `closing`. */
function goneSignal({ res }: Context, closing: AbortSignal | undefined): AbortSignal {
  const gone = new AbortController();
  const abort = (): void => gone.abort();
  if (closing?.aborted === true) abort();
  closing?.addEventListener('abort', abort, { once: true });
  res.once('close', () => {
    closing?.removeEventListener('abort', abort);
    // An abort costs an exception object, and nobody listens once the answer is out.
    if (!res.writableFinished) abort();
  });
  return gone.signal;
}
