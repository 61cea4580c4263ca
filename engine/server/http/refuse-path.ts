import type Router from '@koa/router';
import { Problem } from '../../core/problem.ts';
import type { Context } from './context.ts';

/** Refuses a path that cannot be decoded. Throws Problem `invalid_request`. */
export function refuseBrokenPath(path: string): void {
  try {
    decodeURIComponent(path);
  } catch {
    throw new Problem('invalid_request', 'the path has a broken percent-encoding');
  }
}

/**
 * Answers for a path that no route of its method serves: `OPTIONS` with what is allowed there. Throws Problem `not_found`, or
 * `method_not_allowed` with the header `Allow`.
 */
export function refuseUnknown(context: Context, router: Router, basePath: string): void {
  const { path, method } = context;
  const allowed = methodsAt(router, path);
  if (allowed.length === 0) {
    const meant = path.replace(/\/{2,}/g, '/').replace(/(?<=.)\/$/, '');
    const isOther = meant !== path && methodsAt(router, meant).length > 0;
    const advice = isOther
      ? `did you mean "${meant}"?`
      : (adviceOnSlash(path, basePath) ?? `see "${basePath}/openapi.json"`);
    throw new Problem('not_found', `there is nothing at "${path}"; ${advice}`);
  }
  context.set('Allow', allowed.join(', '));
  if (method === 'OPTIONS') {
    context.status = 204;
    return;
  }
  throw new Problem(
    'method_not_allowed',
    `method ${method} is not allowed at "${path}"; use ${allowed.join(' or ')}`,
  );
}

/** The id of an approval has a slash in it, which looks like one of the address. */
function adviceOnSlash(path: string, basePath: string): string | undefined {
  const start = `${basePath}/approvals/`;
  if (!path.startsWith(start)) return undefined;
  return `an id is percent-encoded: "${start}${path.slice(start.length).replaceAll('/', '%2F')}"`;
}

function methodsAt(router: Router, path: string): readonly string[] {
  return [...new Set(router.match(path, 'OPTIONS').path.flatMap(({ methods }) => methods))].sort();
}
