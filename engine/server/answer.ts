import type { Json } from '../core/json.ts';
import { isObject } from '../core/json.ts';
import type { Problem } from '../core/problem.ts';
import { challengeOf } from './auth/challenge.ts';
import type { Context } from './context.ts';
import type { Report } from './error-body.ts';

/** Answers with JSON. */
export function sendJson(context: Context, body: object | Json): void {
  const text = JSON.stringify(body);
  context.type = 'json';
  context.body = text;
}

/** Answers a failure with the error envelope, unless nobody is there any more. */
export function answerFailure(context: Context, thrown: unknown, report: Report): void {
  const { problem, body } = report(thrown, context.req);
  context.state.failure = { type: problem.code, ref: body.error.ref };
  if (context.res.destroyed) return;
  if (problem.code === 'payload_too_large') context.set('Connection', 'close');
  if (problem.code === 'too_many_requests') context.set('Retry-After', retryAfterOf(problem));
  const challenge = challengeOf(problem);
  if (challenge !== undefined) context.set('WWW-Authenticate', challenge);
  context.status = problem.status;
  sendJson(context, body);
}

/** Seconds to wait, at least 1. */
function retryAfterOf({ details }: Problem): string {
  const seconds = isObject(details) ? details['retryAfterSeconds'] : undefined;
  return String(typeof seconds === 'number' ? Math.max(1, Math.ceil(seconds)) : 1);
}
