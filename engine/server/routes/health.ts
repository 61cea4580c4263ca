import { insideOf } from '../../api/inside.ts';
import { asProblem, Problem } from '../../core/problem.ts';
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
      'Tells whether work is taken: the store answers and takes writes, and the server is not shutting down; 503 when not.',
    answers: { 200: { description: 'It is ready.', schema: () => objectOf({ status: { const: 'ready' } }) } },
    async handle({ engine }) {
      await engine.executions({ limit: 1 }).catch(refuse('the store does not answer'));
      await insideOf(engine).takesWrites().catch(refuse('the store does not take what is written'));
      return { status: 200, body: { status: 'ready' } };
    },
  }),
];

/** Anybody may ask, so what the store says of its files is not told. */
function refuse(why: string): (thrown: unknown) => never {
  return (thrown) => {
    const problem = asProblem(thrown);
    throw problem.code.startsWith('store_') ? new Problem(problem.code, why, { cause: problem }) : problem;
  };
}
