import type { JWTPayload } from 'jose';
import { isLoopback } from '../../core/loopback.ts';
import { Problem } from '../../core/problem.ts';
import type { ServerAuth } from '../../program/server-settings.ts';
import type { Caller } from './caller.ts';
import { badToken } from './challenge.ts';
import { createIssuerKeys } from './issuer-keys.ts';
import { scopesIn } from './tokens.ts';

/** Seconds by which clocks may differ. */
const leeway = 60;

/** Gives the caller of a JSON Web Token. Throws Problem `unauthorized`, `issuer_unavailable`. */
export type WebTokens = (token: string) => Promise<Caller>;

/**
 * The callers of an issuer. A token counts when it is signed with one of the allowed algorithms by a key of the issuer, is from it and for
 * this server, says until when it holds and whose it is. What a token says of where its key is found is not looked at.
 * @param taken names of others, which no caller of an issuer goes by.
 * Throws Problem `invalid_project` when the keys would come over a network in the clear.
 */
export function createWebTokens(
  settings: NonNullable<ServerAuth['jwt']>,
  taken: ReadonlySet<string>,
): WebTokens {
  const { issuer, audience, algorithms, jwksUrl, scopesClaim } = settings;
  if (!isSafe(jwksUrl))
    throw new Problem(
      'invalid_project',
      `the keys of server.auth.jwt are fetched from "${jwksUrl}"; that must begin with "https://", but for this machine`,
    );
  const keys = createIssuerKeys(jwksUrl);
  return async (token) => {
    const { jwtVerify } = await import('jose');
    try {
      const { payload } = await jwtVerify(token, keys, {
        ...{ issuer, audience, algorithms: [...algorithms] },
        clockTolerance: leeway,
        requiredClaims: ['exp', 'sub'],
      });
      return callerOf(payload, scopesClaim, taken);
    } catch (thrown) {
      throw thrown instanceof Problem ? thrown : refusalOf(thrown);
    }
  };
}

function callerOf(payload: JWTPayload, scopesClaim: string, taken: ReadonlySet<string>): Caller {
  const { sub, exp = 0 } = payload;
  // eslint-disable-next-line no-control-regex -- control characters are exactly what is refused
  if (typeof sub !== 'string' || !/^[^\u0000-\u001f\u007f]{1,255}$/.test(sub))
    throw badToken('the claim "sub" of the token is not valid');
  return {
    id: `jwt:${sub}`,
    // What approvals go by: an issuer must not be able to name whom it likes.
    name: taken.has(sub) || /^(?:jwt|role):/.test(sub) ? `jwt:${sub}` : sub,
    scopes: scopesIn(wordsOf(payload[scopesClaim])),
    agents: undefined,
    workflows: undefined,
    roles: wordsOf(payload['roles']),
    expiresAt: (exp + leeway) * 1000,
  };
}

/** The words of a claim that is a list or a text. */
function wordsOf(claim: unknown): string[] {
  if (typeof claim === 'string') return claim.split(' ').filter((word) => word !== '');
  return Array.isArray(claim) ? claim.filter((word) => typeof word === 'string') : [];
}

function refusalOf(thrown: unknown): Problem {
  const { code, claim, payload } = thrown as {
    readonly code?: unknown;
    readonly claim?: unknown;
    readonly payload?: JWTPayload;
  };
  if (code === 'ERR_JWT_EXPIRED') return badToken('the token has expired');
  if (code === 'ERR_JWT_CLAIM_VALIDATION_FAILED')
    return badToken(
      `the claim "${String(claim)}" of the token is not valid${saidAs(payload?.[String(claim)])}`,
    );
  if (code === 'ERR_JWKS_NO_MATCHING_KEY') return badToken('no key of the issuer fits the token');
  return badToken('the token is not valid');
}

/** What a signed token says, for whoever compares it with the settings. */
function saidAs(value: unknown): string {
  const text = value === undefined ? '' : JSON.stringify(value);
  return text === '' || text.length > 200 ? '' : `: ${text}`;
}

function isSafe(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
}
