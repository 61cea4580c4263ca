import type { Json } from '../../core/json.ts';
import { isObject } from '../../core/json.ts';
import type { Problem } from '../../core/problem.ts';
import { challengeOf } from '../auth/challenge.ts';
import { rateHeadersOf } from '../bounds/rate.ts';
import type { Context } from '../http/context.ts';
import type { Report } from './error-body.ts';

const tellsToWait: ReadonlySet<string> = new Set([
  'too_many_requests',
  'too_many_connections',
  'shutting_down',
]);

/** Answers with JSON. */
export function sendJson(context: Context, body: object | Json): void {
  const text = JSON.stringify(body);
  context.set('Content-Type', 'application/json; charset=utf-8');
  context.body = text;
}

/** Answers a failure with the error envelope, unless nobody is there any more. */
export function answerFailure(context: Context, thrown: unknown, report: Report): void {
  const { problem, body } = report(thrown, context.req);
  context.state.failure = { type: problem.code, ref: body.error.ref };
  if (context.res.destroyed) return;
  if (problem.code === 'payload_too_large') context.set('Connection', 'close');
  context.set(refusalHeaders(problem));
  context.status = problem.status;
  sendJson(context, body);
}

/** What the header of an answer says of a refusal: how to sign in, and when to come again. */
export function refusalHeaders(problem: Problem): Readonly<Record<string, string>> {
  const challenge = challengeOf(problem);
  return {
    ...rateHeadersOf(problem),
    ...(tellsToWait.has(problem.code) ? { 'Retry-After': retryAfterOf(problem) } : {}),
    ...(challenge === undefined ? {} : { 'WWW-Authenticate': challenge }),
  };
}

/** Seconds to wait, at least 1. */
function retryAfterOf({ details }: Problem): string {
  const seconds = isObject(details) ? details['retryAfterSeconds'] : undefined;
  return String(typeof seconds === 'number' ? Math.max(1, Math.ceil(seconds)) : 1);
}
