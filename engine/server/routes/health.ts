import { objectOf, route, type Route } from '../route.ts';

/** Whether the process lives, and whether it can take work. */
export const healthRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/health',
    operation: 'health',
    access: 'public',
    summary: 'Tells that the process lives.',
    answers: { 200: { description: 'It lives.', schema: () => objectOf({ status: { const: 'ok' } }) } },
    handle: () => Promise.resolve({ status: 200, body: { status: 'ok' } }),
  }),
  route({
    method: 'GET',
    path: '/ready',
    operation: 'ready',
    access: 'public',
    summary:
      'Tells whether work is taken: the store answers and the server is not shutting down; 503 when not.',
    answers: { 200: { description: 'It is ready.', schema: () => objectOf({ status: { const: 'ready' } }) } },
    async handle({ engine }) {
      await engine.executions({ limit: 1 });
      return { status: 200, body: { status: 'ready' } };
    },
  }),
];
