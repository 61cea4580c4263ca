import Router from '@koa/router';
import Koa from 'koa';
import type { Engine } from '../api.ts';
import { isObject, type Json } from '../core/json.ts';
import { Problem } from '../core/problem.ts';
import type { Report } from './error-body.ts';
import { anyone } from './auth/caller.ts';
import { refuseForeign } from './guard.ts';
import { readBody } from './read-body.ts';
import type { Route } from './route.ts';
import { sendEvents } from './sse.ts';

type Context = Koa.ParameterizedContext<Koa.DefaultState, Koa.DefaultContext, unknown>;

/** What the app needs. */
export interface AppOptions {
  readonly engine: Engine;
  readonly routes: readonly Route[];
  /** Largest body, in bytes. */
  readonly bodyBytes: number;
  readonly report: Report;
  /** Aborts when the server closes. */
  readonly closing: AbortSignal;
}

/** The Koa app over the route table: every answer is JSON or an event stream, every failure the error envelope. */
export function createApp(options: AppOptions): Koa {
  const app = new Koa();
  // Only broken connections arrive here: everything else is answered below.
  app.on('error', () => undefined);
  const router = createRouter(options);
  app.use(async (context, next) => {
    context.set({ 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' });
    try {
      refuseForeign(context.req);
      refuseBrokenPath(context.path);
      await next();
    } catch (thrown) {
      answerFailure(context, thrown, options.report);
    }
    if (options.closing.aborted) context.set('Connection', 'close');
  });
  app.use(router.routes());
  app.use((context) => refuseUnknown(context, router));
  return app;
}

function createRouter({ engine, routes, bodyBytes, report, closing }: AppOptions): Router {
  const router = new Router({ sensitive: true });
  for (const route of routes) {
    router.register(route.path, [route.method], async (context) => {
      const wantsEvents = acceptsEvents(context, route);
      if (closing.aborted && (route.method === 'POST' || route.operation === 'ready')) {
        throw new Problem('shutting_down', 'the server is shutting down');
      }
      const body = route.method === 'POST' ? await readBody(context.req, bodyBytes) : undefined;
      const gone = goneSignal(context, wantsEvents ? closing : undefined);
      const reply = await route.handle({
        engine,
        caller: anyone,
        params: context.params,
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
          onError: (thrown) => report(thrown, context.req).body,
        });
        return;
      }
      context.status = reply.status;
      if (!('body' in reply)) return;
      context.set(reply.headers ?? {});
      sendJson(context, reply.body);
    });
  }
  return router;
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

function refuseBrokenPath(path: string): void {
  try {
    decodeURIComponent(path);
  } catch {
    throw new Problem('invalid_request', 'the path has a broken percent-encoding');
  }
}

function refuseUnknown(context: Context, router: Router): void {
  const allowed = [
    ...new Set(router.match(context.path, context.method).path.flatMap(({ methods }) => methods)),
  ].sort();
  if (allowed.length === 0)
    throw new Problem('not_found', `there is nothing at "${context.path}"; see "/openapi.json"`);
  context.set('Allow', allowed.join(', '));
  throw new Problem(
    'method_not_allowed',
    `method ${context.method} is not allowed at "${context.path}"; use ${allowed.join(' or ')}`,
  );
}

function answerFailure(context: Context, thrown: unknown, report: Report): void {
  if (context.res.destroyed) return;
  const { problem, body } = report(thrown, context.req);
  if (problem.code === 'payload_too_large') context.set('Connection', 'close');
  if (problem.code === 'too_many_requests') context.set('Retry-After', retryAfterOf(problem));
  context.status = problem.status;
  sendJson(context, body);
}

/** Seconds to wait, at least 1. */
function retryAfterOf({ details }: Problem): string {
  const seconds = isObject(details) ? details['retryAfterSeconds'] : undefined;
  return String(typeof seconds === 'number' ? Math.max(1, Math.ceil(seconds)) : 1);
}

function sendJson(context: Context, body: object | Json): void {
  const text = JSON.stringify(body);
  context.type = 'json';
  context.body = text;
}
