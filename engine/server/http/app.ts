import Router from '@koa/router';
import Koa from 'koa';
import type { ServerSettings } from '../../program/server-settings.ts';
import { createAdmit, type AdmitOptions } from './admit.ts';
import { answerFailure } from '../answers/answer.ts';
import type { Context } from './context.ts';
import { createFindRoute } from './find-route.ts';
import { answerCors } from '../auth/cors.ts';
import { refuseBrokenPath, refuseUnknown } from './refuse-path.ts';
import { watchRequest, type OnRequest } from './request-end.ts';
import { setSafeHeaders } from '../answers/safe-headers.ts';
import { serveRoute, type ServeRouteOptions } from './serve-route.ts';

/** What the app needs. */
export interface AppOptions extends ServeRouteOptions, AdmitOptions {
  readonly onRequest: OnRequest | undefined;
  readonly cors: ServerSettings['cors'];
  /** In front of everything else. */
  readonly outermost: Koa.Middleware;
}

/** The Koa app over the route table: every answer is JSON or an event stream, every failure the error envelope. */
export function createApp(options: AppOptions): Koa {
  const app = new Koa();
  // Only broken connections arrive here: everything else is answered below.
  app.on('error', () => undefined);
  const router = createRouter(options);
  const findRoute = createFindRoute(router, options.routes, options.basePath);
  const admit = createAdmit(options);
  const { onRequest, report, closing, basePath, cors } = options;
  app.use(options.outermost);
  app.use(async (context: Context, next) => {
    context.state = {};
    if (onRequest !== undefined) watchRequest(context.req, context.res, context.state, onRequest);
    setSafeHeaders(context.res);
    try {
      if (answerCors(context, cors)) return;
      // Before anything else, so that who has not signed in learns nothing of what there is.
      await admit(context);
      refuseBrokenPath(context.path);
      await next();
    } catch (thrown) {
      answerFailure(context, thrown, report);
    }
    if (closing.aborted) context.set('Connection', 'close');
  });
  app.use((context: Context) => {
    const found = findRoute(context.method, context.path);
    if (found === undefined) return refuseUnknown(context, router, basePath);
    return serveRoute(found.route, context, found.params, options);
  });
  return app;
}

/** The patterns of all routes. */
function createRouter({ routes, basePath }: AppOptions): Router {
  const router = new Router({ sensitive: true, strict: true, prefix: basePath });
  for (const { path, method } of routes) router.register(path, [method], () => undefined);
  return router;
}
