import Router from '@koa/router';
import { anyone } from '../auth/caller.ts';
import type { Gate } from '../auth/gate.ts';
import type { Bounds } from '../bounds/bounds.ts';
import type { Context } from './context.ts';
import type { Guard } from '../auth/guard.ts';
import type { Route } from '../route.ts';

/** What stands before every route. */
export interface AdmitOptions {
  readonly routes: readonly Route[];
  readonly gate: Gate;
  readonly guard: Guard;
  readonly bounds: Bounds;
  /** In front of every route; empty or like `/engine`. */
  readonly basePath: string;
}

/**
 * Refuses what a foreign page may have caused, finds out who sends a request, and counts it against the rate: of the caller, or of the address where nobody signs in and where
 * signing in fails. Questions that everybody may ask (`/health`) are not counted. Throws Problem `forbidden`, `unauthorized`,
 * `too_many_requests`.
 */
export function createAdmit({
  routes,
  gate,
  guard,
  bounds,
  basePath,
}: AdmitOptions): (context: Context) => Promise<void> {
  const isPublic = createIsPublic(routes, basePath);
  return async (context) => {
    const { req, method } = context;
    const isOpen = isPublic(context);
    // What everybody may send, and is more than a question, is signed.
    guard(req, isOpen && method === 'POST');
    if (isOpen) {
      context.state.caller = anyone;
      if (method === 'GET' || method === 'HEAD') return;
    } else {
      try {
        context.state.caller = await gate.authenticate(req);
      } catch (thrown) {
        await bounds.count(req, undefined);
        throw thrown;
      }
    }
    context.set(await bounds.count(req, context.state.caller));
  };
}

/** Tells whether a request is for a route that everybody may use. */
function createIsPublic(routes: readonly Route[], prefix: string): (context: Context) => boolean {
  const router = new Router({ sensitive: true, prefix });
  const open = routes.filter(({ access }) => access === 'public');
  for (const { path, method } of open) router.register(path, [method], () => undefined);
  // The router tries one pattern after another, and nearly all requests are for other routes.
  const starts = new Set(open.map(({ path }) => firstSegment(path)));
  const hasAny = open.some(({ path }) => firstSegment(path).startsWith(':'));
  return ({ path, method }) =>
    (hasAny || starts.has(firstSegment(path.slice(prefix.length)))) && router.match(path, method).route;
}

function firstSegment(path: string): string {
  const end = path.indexOf('/', 1);
  return end === -1 ? path.slice(1) : path.slice(1, end);
}
