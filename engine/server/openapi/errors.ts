import type { JsonObject } from '../../core/json.ts';
import { problemCodes, type ProblemCode } from '../../core/problem-codes.ts';
import type { HeaderName, Route } from '../route.ts';
import { at, text } from './shape.ts';

/** The codes that callers of a route should know of, by their HTTP status. */
export function codesByStatus(route: Route): ReadonlyMap<number, readonly ProblemCode[]> {
  const found = new Map<number, ProblemCode[]>();
  for (const code of [...new Set(codesOf(route))].sort()) {
    const { status } = problemCodes[code];
    found.set(status, [...(found.get(status) ?? []), code]);
  }
  return found;
}

function codesOf(route: Route): readonly ProblemCode[] {
  const { access, method, path, takes, streams, isIdempotent, throws = [] } = route;
  return [
    ...throws,
    'invalid_request',
    'forbidden',
    'too_many_requests',
    'internal_error',
    ...(access === 'public' ? [] : (['unauthorized', 'issuer_unavailable'] as const)),
    // To who does not own it, there is no such instance.
    ...(path.startsWith('/agents/:name/:id') ? (['not_found'] as const) : []),
    ...(route.operation === 'health' ? [] : (['store_unavailable', 'shutting_down'] as const)),
    // A body is read also where none is wanted, so that one that says anything is refused.
    ...(method === 'GET' ? [] : (['payload_too_large', 'unsupported_media_type'] as const)),
    ...(method === 'GET' || takes !== undefined ? [] : (['invalid_json'] as const)),
    ...(streams === undefined ? [] : (['too_many_connections'] as const)),
    ...(streams === 'optional' ? (['not_acceptable'] as const) : []),
    ...(isIdempotent === true ? (['conflict'] as const) : []),
  ];
}

/** The failures of a route by status, as references. */
export function errorsOf(route: Route): JsonObject {
  return Object.fromEntries(
    [...codesByStatus(route)]
      .sort(([a], [b]) => a - b)
      .map(([status, codes]) => [
        String(status),
        { $ref: `#/components/responses/${responseName(status, codes)}` },
      ]),
  );
}

/** What the references of all routes lead to, and `Failed`, which every route may also answer. */
export function errorResponses(routes: readonly Route[]): JsonObject {
  const found: Record<string, JsonObject> = {
    Failed: {
      description: 'Any other failure; a workflow may fail with a code of its own.',
      content: { 'application/json': { schema: at('Error') } },
    },
  };
  for (const route of routes)
    for (const [status, codes] of codesByStatus(route))
      found[responseName(status, codes)] ??= describe(status, codes);
  return found;
}

/** Headers of answers by name. */
export const headerComponents: Readonly<Record<HeaderName | 'Retry-After' | 'WWW-Authenticate', JsonObject>> &
  JsonObject = {
  Location: { description: 'Where to find what was made or accepted.', schema: text },
  'Preference-Applied': { description: 'The preference that was followed.', schema: text },
  'Content-Disposition': { description: 'Name of the file.', schema: text },
  'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer', minimum: 1 } },
  'WWW-Authenticate': { description: 'How to sign in, or what is missing.', schema: text },
  'RateLimit-Limit': { description: 'Requests in the time of the bound.', schema: { type: 'integer' } },
  'RateLimit-Remaining': { description: 'Requests that are left in it.', schema: { type: 'integer' } },
  'RateLimit-Reset': { description: 'Seconds until it begins again.', schema: { type: 'integer' } },
};

function describe(status: number, codes: readonly ProblemCode[]): JsonObject {
  const headers = [
    ...(status === 401 || status === 403 ? ['WWW-Authenticate'] : []),
    ...(status === 429 ? ['Retry-After', 'RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset'] : []),
  ];
  return {
    description: `The \`type\` is ${codes.map((code) => `\`${code}\``).join(' or ')}.`,
    ...(headers.length === 0
      ? {}
      : {
          headers: Object.fromEntries(
            headers.map((name) => [name, { $ref: `#/components/headers/${name}` }]),
          ),
        }),
    content: {
      'application/json': {
        schema: at('Error'),
        examples: Object.fromEntries(
          codes.map((code) => [
            code,
            {
              value: {
                error: { type: code, message: 'what is wrong', ref: 'err_01JD0000000000000000000000' },
              },
            },
          ]),
        ),
      },
    },
    'x-error-codes': codes,
  };
}

/** The shortest name that says both: `404.run_not_found`; long lists get a number made of them. */
function responseName(status: number, codes: readonly ProblemCode[]): string {
  return `${status}.${codes.join('.')}`;
}
