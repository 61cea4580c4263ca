import type { Redactor } from '../../journal/index.ts';
import { Problem } from '../../core/problem.ts';

/** A Problem without secrets. */
export function redactedProblem(redact: Redactor, problem: Problem): Problem {
  const { code, message, details, cause, retryable } = problem;
  return new Problem(code, redact.text(message), {
    ...(details === undefined ? {} : { details: redact.json(details) }),
    cause,
    retryable,
  });
}
