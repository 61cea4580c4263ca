import type { Engine } from '../../api.ts';
import { Problem } from '../../core/problem.ts';
import { sendJson } from '../answers/answer.ts';
import { sendBytes, sendLines, sendNoEvents, sendText } from '../answers/send-other.ts';
import { anyone } from '../auth/caller.ts';
import { refuseUnscoped } from '../auth/gate.ts';
import type { Ownership } from '../auth/ownership.ts';
import type { Bounds } from '../bounds/bounds.ts';
import { hold } from '../bounds/hold.ts';
import type { Context } from './context.ts';
import { ReceivedCall } from './received-call.ts';
import { refuseClosed } from './refuse-closed.ts';
import { RequestSignals } from './request-signals.ts';
import type { Report } from '../answers/error-body.ts';
import { readBody } from '../requests/read-body.ts';
import { refuseIgnored } from '../requests/refuse-ignored.ts';
import type { Reply, Route } from '../route.ts';
import { sendEvents } from '../answers/sse.ts';
import { withBasePath } from './with-base-path.ts';

/** What serving a route needs. */
export interface ServeRouteOptions {
  readonly engine: Engine;
  readonly ownership: Ownership;
  /** Routes of the app around, which know themselves what of a request they read. */
  readonly hostRoutes: ReadonlySet<Route>;
  /** Largest body, in bytes. */
  readonly bodyBytes: number;
  readonly bounds: Bounds;
  /** In front of every route; empty or like `/engine`. */
  readonly basePath: string;
  readonly report: Report;
  /** Aborts when the server closes. */
  readonly closing: AbortSignal;
}

/** Reads what a route needs of a request, has it handled, and sends what it answers. */
export async function serveRoute(
  route: Route,
  context: Context,
  params: Record<string, string>,
  options: ServeRouteOptions,
): Promise<void> {
  const { engine, bodyBytes, bounds, closing, basePath, ownership, hostRoutes, report } = options;
  context.state.route = route;
  const { caller = anyone } = context.state;
  refuseUnscoped(caller, route);
  const wantsEvents = acceptsEvents(context, route);
  if (closing.aborted && (route.method !== 'GET' || wantsEvents || route.operation === 'ready')) {
    throw new Problem('shutting_down', 'the server is shutting down');
  }
  // That the process lives is true all the same, and what the app around adds is its own.
  if (route.operation !== 'health' && !hostRoutes.has(route)) refuseClosed(engine);
  const search = context.querystring;
  const claim = await ownership.check(caller, { route, params, search });
  const takesBody = route.method !== 'GET' && route.takes === undefined;
  const body = takesBody ? await readBody(context.req, bodyBytes) : undefined;
  if (!hostRoutes.has(route)) refuseIgnored(route, body, context.req.headers);
  const letGo = hold(route, wantsEvents, bounds);
  // Nobody waits any more, though the work may go on.
  if (route.waits === true) context.res.once('close', letGo);
  try {
    const signals = new RequestSignals(context, wantsEvents, { closing, caller });
    const call = new ReceivedCall(context, {
      ...{ engine, basePath, caller, params, search, body, wantsEvents, signals, bodyBytes },
    });
    const handle = (): Promise<Reply> => route.handle(call);
    const onFault = (thrown: unknown): void => void report(thrown, context.req);
    const reply = await (claim === undefined ? handle() : claim.hold(handle, onFault));
    await answer(context, reply, signals, options);
  } finally {
    letGo();
  }
}

async function answer(
  context: Context,
  reply: Reply,
  signals: RequestSignals,
  { report, basePath }: ServeRouteOptions,
): Promise<void> {
  const headers = withBasePath('headers' in reply ? reply.headers : undefined, basePath);
  if ('note' in reply && reply.note !== undefined) context.state.note = reply.note;
  if ('lines' in reply) return sendLines(context, reply.lines, headers);
  if ('text' in reply) return sendText(context, reply, headers);
  if ('bytes' in reply) return sendBytes(context, reply.bytes, headers);
  if ('events' in reply) {
    if (context.method === 'HEAD') return sendNoEvents(context, reply.events, headers);
    context.respond = false;
    await sendEvents(context.res, reply.events, {
      headers,
      signal: signals.gone,
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
  for (const name in headers) context.res.setHeader(name, headers[name] ?? '');
  sendJson(context, reply.body);
}

function acceptsEvents(context: Context, { streams }: Route): boolean {
  if (streams === 'always') return true;
  if (streams === undefined) return false;
  const { accept } = context.req.headers;
  // As nearly all clients say it.
  if (accept === undefined || accept === '*/*' || accept === 'application/json') return false;
  const best = context.accepts('application/json', 'text/event-stream');
  if (best === false) {
    throw new Problem('not_acceptable', 'the answer can be "application/json" or "text/event-stream"');
  }
  return best === 'text/event-stream';
}
