import { seenBy } from '../auth/unlisted.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Engine } from '../../api.ts';
import { describeApi } from '../openapi/openapi.ts';
import { route, type Route } from '../route.ts';

/** The routes that describe the others, and themselves: for programs, and for people. */
export function descriptionRoutes(others: readonly Route[]): readonly Route[] {
  const describe = (engine: Engine, basePath: string): JsonObject =>
    describeApi(engine, [...others, ...own], basePath);
  const own: readonly Route[] = [
    route({
      method: 'GET',
      path: '/docs',
      operation: 'readApi',
      access: 'signed-in',
      summary: 'This API as a page to read.',
      answers: { 200: { description: 'The page.', gives: 'page' } },
      async handle({ engine, caller, basePath }) {
        const { apiPage } = await import('../page/api-page.ts');
        const seen = seenBy(caller, engine);
        const { text, policy } = apiPage(describe(seen, basePath), seen.program);
        const headers = { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': policy };
        return { status: 200, text, headers };
      },
    }),
    route({
      method: 'GET',
      path: '/openapi.json',
      operation: 'describeApi',
      access: 'signed-in',
      summary: 'This API as OpenAPI 3.1.',
      answers: { 200: { description: 'The document.', schema: () => ({ type: 'object' }) } },
      handle: ({ engine, caller, basePath }) =>
        Promise.resolve({ status: 200, body: describe(seenBy(caller, engine), basePath) }),
    }),
  ];
  return own;
}
