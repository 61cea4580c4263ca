import { Problem } from '../../core/problem.ts';
import type { Scope } from './caller.ts';

const challenges = new WeakMap<Problem, string>();

/** The refusal of a request that nobody signed. */
export function unsigned(message: string): Problem {
  return challenging(new Problem('unauthorized', message), 'Bearer');
}

/** The refusal of a token. It does not say what is wrong with it beyond what its sender can know. */
export function badToken(message: string): Problem {
  return challenging(new Problem('unauthorized', message), 'Bearer error="invalid_token"');
}

/** The refusal of a caller who lacks a scope. */
export function outOfScope(needed: Scope, given: readonly string[]): Problem {
  const has =
    given.length === 0 ? 'yours has none' : `yours has ${given.map((scope) => `"${scope}"`).join(', ')}`;
  const problem = new Problem('forbidden', `this needs a token with the scope "${needed}"; ${has}`, {
    details: { scope: needed },
  });
  return challenging(problem, `Bearer error="insufficient_scope", scope="${needed}"`);
}

/** What the header `WWW-Authenticate` says with a refusal; undefined for other failures. */
export function challengeOf(problem: Problem): string | undefined {
  return challenges.get(problem);
}

function challenging(problem: Problem, challenge: string): Problem {
  challenges.set(problem, challenge);
  return problem;
}
