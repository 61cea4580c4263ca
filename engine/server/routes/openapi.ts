import { seenBy } from '../auth/unlisted.ts';
import { describeApi } from '../openapi/openapi.ts';
import { route, type Route } from '../route.ts';

/** The route that describes the others, and itself. */
export function openapiRoute(others: readonly Route[]): Route {
  const self: Route = route({
    method: 'GET',
    path: '/openapi.json',
    operation: 'describeApi',
    access: 'signed-in',
    summary: 'This API as OpenAPI 3.1.',
    answers: { 200: { description: 'The document.', schema: () => ({ type: 'object' }) } },
    handle: ({ engine, caller, basePath }) =>
      Promise.resolve({
        status: 200,
        body: describeApi(seenBy(caller, engine), [...others, self], basePath),
      }),
  });
  return self;
}
