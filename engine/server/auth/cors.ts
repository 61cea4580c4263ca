import type { ServerSettings } from '../../program/server-settings.ts';
import type { Context } from '../http/context.ts';
import { isAllowed } from './guard.ts';

/** Headers of requests that pages may set. */
const allowedHeaders =
  'Accept, Authorization, Content-Type, Idempotency-Key, Last-Event-ID, Prefer, Traceparent, Tracestate';

/** Headers of answers that pages may read. */
const exposedHeaders =
  'Allow, Content-Disposition, Location, Preference-Applied, RateLimit-Limit, RateLimit-Policy, RateLimit-Remaining, RateLimit-Reset, Retry-After, WWW-Authenticate';

const methods = 'GET, HEAD, POST, PUT, DELETE';

/**
 * Tells browsers which pages of other origins may call. True when the request only asked that, and is answered. An origin that is not named
 * is told nothing, and neither is `null`, which any page can be.
 */
export function answerCors(context: Context, cors: ServerSettings['cors']): boolean {
  if (cors === undefined) return false;
  context.vary('Origin');
  const origin = context.get('Origin');
  if (origin === '' || !isAllowed(origin, cors)) return false;
  const isForAll = cors.origins.includes('*') && !cors.credentials;
  context.set('Access-Control-Allow-Origin', isForAll ? '*' : origin);
  if (cors.credentials) context.set('Access-Control-Allow-Credentials', 'true');
  if (context.method !== 'OPTIONS' || context.get('Access-Control-Request-Method') === '') {
    context.set('Access-Control-Expose-Headers', exposedHeaders);
    return false;
  }
  context.set({
    'Access-Control-Allow-Methods': methods,
    'Access-Control-Allow-Headers': allowedHeaders,
    'Access-Control-Max-Age': String(Math.floor(cors.maxAgeMs / 1000)),
  });
  context.status = 204;
  return true;
}
