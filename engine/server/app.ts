import Router from '@koa/router';
import Koa from 'koa';
import { answerFailure } from './answer.ts';
import { anyone } from './auth/caller.ts';
import type { Gate } from './auth/gate.ts';
import type { Context } from './context.ts';
import { refuseForeign } from './guard.ts';
import { refuseBrokenPath, refuseUnknown } from './refuse-path.ts';
import { watchRequest, type OnRequest } from './request-end.ts';
import type { Route } from './route.ts';
import { serveRoute, type ServeRouteOptions } from './serve-route.ts';

/** What the app needs. */
export interface AppOptions extends ServeRouteOptions {
  readonly routes: readonly Route[];
  readonly onRequest: OnRequest | undefined;
  readonly gate: Gate;
}

/** The Koa app over the route table: every answer is JSON or an event stream, every failure the error envelope. */
export function createApp(options: AppOptions): Koa {
  const app = new Koa();
  // Only broken connections arrive here: everything else is answered below.
  app.on('error', () => undefined);
  const router = createRouter(options);
  const isPublic = createIsPublic(options.routes);
  const { onRequest, report, closing, gate } = options;
  app.use(async (context: Context, next) => {
    context.state = {};
    if (onRequest !== undefined) watchRequest(context.req, context.res, context.state, onRequest);
    context.set({ 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' });
    try {
      refuseForeign(context.req);
      // Before anything else, so that who has not signed in learns nothing of what there is.
      context.state.caller = isPublic(context) ? anyone : await gate.authenticate(context.req);
      refuseBrokenPath(context.path);
      await next();
    } catch (thrown) {
      answerFailure(context, thrown, report);
    }
    if (closing.aborted) context.set('Connection', 'close');
  });
  app.use(router.routes());
  app.use((context: Context) => refuseUnknown(context, router));
  return app;
}

function createRouter({ routes, ...options }: AppOptions): Router {
  const router = new Router({ sensitive: true });
  for (const route of routes)
    router.register(route.path, [route.method], (context) =>
      serveRoute(route, context, context.params, options),
    );
  return router;
}

/** Tells whether a request is for a route that everybody may use. */
function createIsPublic(routes: readonly Route[]): (context: Context) => boolean {
  const router = new Router({ sensitive: true });
  for (const { path, method, access } of routes)
    if (access === 'public') router.register(path, [method], () => undefined);
  return ({ path, method }) => router.match(path, method).route;
}
