import { createHash, timingSafeEqual } from 'node:crypto';
import { Problem } from '../../core/problem.ts';
import type { Secrets } from '../../ports/secrets.ts';
import type { ServerToken } from '../../program/server-settings.ts';
import { scopes, type Caller, type Scope } from './caller.ts';

/** Fewest characters of a token: fewer could be guessed. */
export const minTokenLength = 16;

/** Gives the caller of a token, or undefined for an unknown one. */
export type Tokens = (token: string) => Caller | undefined;

/**
 * The callers of the config. A token is only ever compared by its hash, with every candidate, so that the time says nothing.
 * Throws Problem `missing_secret` (the secret of a token is unset), `invalid_project` (it is too short to be one).
 */
export function createTokens(declared: readonly ServerToken[], secrets: Secrets): Tokens {
  const known = declared.map((token) => ({ hash: hashOf(token, secrets), caller: callerOf(token) }));
  return (token) => {
    const given = sha256(token);
    let found: Caller | undefined;
    for (const { hash, caller } of known) if (timingSafeEqual(hash, given)) found = caller;
    return found;
  };
}

function hashOf({ name, value }: ServerToken, secrets: Secrets): Buffer {
  if ('sha256' in value) return Buffer.from(value.sha256, 'hex');
  const token = secrets.get(value.secret);
  if (token === undefined || token === '')
    throw new Problem(
      'missing_secret',
      `the token "${name}" of server.auth is in the secret "${value.secret}", which is not set`,
      { details: { secret: value.secret } },
    );
  if (token.length < minTokenLength)
    throw new Problem(
      'invalid_project',
      `the token "${name}" of server.auth has ${token.length} characters, and needs at least ${minTokenLength}; "engine token" makes one`,
    );
  return sha256(token);
}

function callerOf({ name, scopes: given, agents, workflows }: ServerToken): Caller {
  return {
    id: `token:${name}`,
    name,
    scopes: given === undefined ? usual : scopesIn(given),
    agents,
    workflows,
  };
}

/** Scopes of a token that does not say. */
const usual: readonly Scope[] = ['agents', 'workflows', 'runs', 'approvals'];

/** Those of some names that are scopes. */
export function scopesIn(names: readonly string[]): Scope[] {
  return scopes.filter((scope) => names.includes(scope));
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
