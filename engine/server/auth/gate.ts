import type { Secrets } from '../../ports/secrets.ts';
import type { ServerAuth } from '../../program/server-settings.ts';
import type { Route } from '../route.ts';
import { anyone, type Caller } from './caller.ts';
import { badToken, outOfScope } from './challenge.ts';
import { readSocketToken, readToken, type Signed } from './read-token.ts';
import { createTokens } from './tokens.ts';
import { createWebTokens } from './web-tokens.ts';

/** Who stands between the network and every handler. */
export interface Gate {
  /** Whether callers have to sign in. */
  readonly isClosed: boolean;
  /** Who sends a request. Throws Problem `unauthorized`. */
  authenticate(request: Signed): Promise<Caller>;
  /** Who opens a WebSocket. Throws Problem `unauthorized`. */
  authenticateSocket(request: Signed): Promise<Caller>;
}

/** The gate of a server. Throws Problem `missing_secret`, `invalid_project` for what cannot be used. */
export function createGate(auth: ServerAuth | undefined, secrets: () => Secrets): Gate {
  if (auth === undefined) {
    const open = (): Promise<Caller> => Promise.resolve(anyone);
    return { isClosed: false, authenticate: open, authenticateSocket: open };
  }
  const tokens = createTokens(auth.tokens, secrets());
  const webTokens =
    auth.jwt === undefined
      ? undefined
      : createWebTokens(auth.jwt, new Set(auth.tokens.map(({ name }) => name)));
  const callerOf = async (token: string): Promise<Caller> => {
    const caller = tokens(token) ?? (await webTokens?.(token));
    if (caller === undefined) throw badToken('the token is unknown');
    return caller;
  };
  return {
    isClosed: true,
    authenticate: async (request) => callerOf(readToken(request)),
    authenticateSocket: async (request) => callerOf(readSocketToken(request)),
  };
}

/**
 * Refuses callers without the scope that a route wants. `admin` reads everything, whatever other scopes there are. Throws Problem `forbidden`.
 */
export function refuseUnscoped(
  { scopes }: Caller,
  { access, method }: Pick<Route, 'access' | 'method'>,
): void {
  if (scopes === undefined || access === 'public' || access === 'signed-in') return;
  if (scopes.includes(access) || (method === 'GET' && scopes.includes('admin'))) return;
  throw outOfScope(access, scopes);
}
