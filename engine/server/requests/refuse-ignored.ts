import type { IncomingHttpHeaders } from 'node:http';
import type { Json } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import { readEmpty } from '../routes/empty-body.ts';
import type { Route } from '../route.ts';

/**
 * Refuses what a route of the engine would leave unheard: a body that says something where there is none, and an `Idempotency-Key` where the same
 * request twice is twice the work. Throws Problem `invalid_request`.
 */
export function refuseIgnored(route: Route, body: Json | undefined, headers: IncomingHttpHeaders): void {
  // Null is how some clients send nothing.
  if (body !== undefined && body !== null && route.body === undefined) readEmpty(body, 'the body');
  if (headers['idempotency-key'] !== undefined && route.isIdempotent !== true && makesSomething(route))
    throw new Problem(
      'invalid_request',
      `${route.method} ${route.path} takes no header "Idempotency-Key": each request is done; leave it out`,
    );
}

/** Whether each request makes something new, or begins work. The senders of deliveries know of no routes. */
function makesSomething({ method, answers, takes }: Route): boolean {
  return method === 'POST' && takes !== 'delivery' && (201 in answers || 202 in answers);
}
