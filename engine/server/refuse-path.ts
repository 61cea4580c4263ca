import type Router from '@koa/router';
import { Problem } from '../core/problem.ts';
import type { Context } from './context.ts';

/** Refuses a path that cannot be decoded. Throws Problem `invalid_request`. */
export function refuseBrokenPath(path: string): void {
  try {
    decodeURIComponent(path);
  } catch {
    throw new Problem('invalid_request', 'the path has a broken percent-encoding');
  }
}

/** Refuses what no route serves. Throws Problem `not_found`, or `method_not_allowed` with the header `Allow`. */
export function refuseUnknown(context: Context, router: Router, basePath: string): never {
  const allowed = [
    ...new Set(router.match(context.path, context.method).path.flatMap(({ methods }) => methods)),
  ].sort();
  if (allowed.length === 0)
    throw new Problem('not_found', `there is nothing at "${context.path}"; see "${basePath}/openapi.json"`);
  context.set('Allow', allowed.join(', '));
  throw new Problem(
    'method_not_allowed',
    `method ${context.method} is not allowed at "${context.path}"; use ${allowed.join(' or ')}`,
  );
}
