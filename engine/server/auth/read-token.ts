import type { IncomingMessage } from 'node:http';
import { badToken, unsigned } from './challenge.ts';

/** Longest token, in characters. */
const maxLength = 4096;

/** Names under which others take tokens in the address, where logs and histories keep them. */
const inAddress = /[?&](?:access_token|token|api_key|apikey|authorization|bearer)=/i;

/** Starts the subprotocol that carries the token of a browser's WebSocket, which can send no header of its own. */
const subprotocol = 'bearer.';

/** A request as far as its sender is concerned. */
export type Signed = Pick<IncomingMessage, 'headers' | 'rawHeaders' | 'url'>;

/**
 * The token of a request, of its header `Authorization: Bearer …`. Throws Problem `unauthorized`: none, another scheme, more than one, one
 * that is too long, or one in the address.
 */
export function readToken({ headers, rawHeaders, url = '' }: Signed): string {
  if (inAddress.test(url))
    throw unsigned(
      'a token in the address is not read; send it as a bearer token in the header "Authorization"',
    );
  // Node keeps the first of several, and others in front may have kept the last.
  const given = rawHeaders.filter(
    (name, at) => at % 2 === 0 && name.toLowerCase() === 'authorization',
  ).length;
  if (given > 1) throw badToken('there is more than one header "Authorization"');
  const { authorization } = headers;
  if (authorization === undefined)
    throw unsigned('sign in with a bearer token in the header "Authorization"');
  const [, token] = /^bearer +([\w.~+/-]+=*) *$/i.exec(authorization) ?? [];
  if (token === undefined) {
    const [scheme = ''] = authorization.split(' ');
    throw scheme.toLowerCase() === 'bearer'
      ? badToken('the token is malformed')
      : unsigned('the scheme of "Authorization" must be "Bearer"');
  }
  return bounded(token);
}

/**
 * The token of a request for a WebSocket: of its header, or of a subprotocol `bearer.<base64url of the token>`. Throws like `readToken`.
 */
export function readSocketToken(request: Signed): string {
  const offered = offeredProtocols(request).filter((name) => name.startsWith(subprotocol));
  const [first] = offered;
  if (first === undefined) return readToken(request);
  if (offered.length > 1 || request.headers.authorization !== undefined)
    throw badToken('there is more than one token');
  const token = Buffer.from(first.slice(subprotocol.length), 'base64url').toString('utf8');
  if (!/^[\w.~+/-]+=*$/.test(token))
    throw badToken('the token is malformed; behind "bearer." it stands in base64url');
  return bounded(token);
}

/** The subprotocols that a request offers. */
export function offeredProtocols({ headers }: Pick<Signed, 'headers'>): string[] {
  return (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
}

function bounded(token: string): string {
  if (token.length > maxLength) throw badToken(`the token is longer than ${maxLength} characters`);
  return token;
}
