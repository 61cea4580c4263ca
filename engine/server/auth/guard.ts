import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { isLoopback } from '../../core/loopback.ts';
import { Problem } from '../../core/problem.ts';
import type { ServerSettings } from '../../program/server-settings.ts';
import { createPeers, type Peer } from '../bounds/peer.ts';

/**
 * Refuses requests that a foreign web page could have caused. Throws Problem `forbidden`, `invalid_request` (a header twice that says one thing).
 * @param isSigned what the request brings is verified by itself, so that it does not matter what name it was sent to.
 */
export type Guard = (request: IncomingMessage, isSigned?: boolean) => void;

/** What a guard goes by. */
export interface GuardOptions {
  /** Callers have to sign in. */
  readonly isClosed: boolean;
  /** Other machines may call though nobody signs in. */
  readonly isInsecure: boolean;
  readonly cors: ServerSettings['cors'];
  readonly peerOf: (request: IncomingMessage) => Peer;
}

/**
 * A guard. Where nobody signs in, a page could give its own name the address of this server, and would then be of the same origin as it; so
 * only names are served that no page can have. A token it does not have, so where callers sign in every name is served. An Origin, when
 * there is one, must be the server's own or one of `cors`.
 */
export function createGuard({ isClosed, isInsecure, cors, peerOf }: GuardOptions): Guard {
  return (request, isSigned = false) => {
    refuseRepeated(request);
    const { host, protocol } = peerOf(request);
    const name = host.replace(/:\d{1,5}$/, '');
    // Browsers always say a name; who says none is a program of the time of HTTP/1.0, such as what asks whether a server lives.
    const isNameless = name === '' && request.headers.host === undefined;
    const isServed = isNameless || isLoopback(name) || (isInsecure && isUnownable(name));
    if (!isClosed && !isSigned && !isServed)
      throw new Problem(
        'forbidden',
        `host "${host}" is not served here without sign-in; use ${isInsecure ? 'an address' : 'the name "localhost" or a loopback address'}, or set "server.auth"`,
      );
    const { origin } = request.headers;
    if (origin === undefined || isAllowed(origin, cors)) return;
    const own = isClosed ? [`http://${host}`, `https://${host}`] : [`${protocol}://${host}`];
    if (!own.some((one) => one.toLowerCase() === origin.toLowerCase()))
      throw new Problem('forbidden', `requests from origin "${origin}" are not allowed`);
  };
}

/** The guard of a server that only this machine may call. */
export const refuseForeign: Guard = createGuard({
  isClosed: false,
  isInsecure: false,
  cors: undefined,
  peerOf: createPeers(false),
});

/** Whether pages of an origin may call. */
export function isAllowed(origin: string, cors: ServerSettings['cors']): boolean {
  if (cors === undefined || origin === 'null') return false;
  return cors.origins.some((one) => one === '*' || one.toLowerCase() === origin.toLowerCase());
}

/** Headers that say one thing. */
const single: ReadonlySet<string> = new Set([
  'host',
  'origin',
  'content-type',
  'idempotency-key',
  'last-event-id',
]);

/** Node keeps the first of several, or joins them, and a proxy in front may have gone by the last. */
function refuseRepeated({ rawHeaders }: IncomingMessage): void {
  const seen: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? '';
    if (!single.has(name)) continue;
    if (seen.includes(name))
      throw new Problem('invalid_request', `there is more than one header "${rawHeaders[at] ?? ''}"`);
    seen.push(name);
  }
}

/** Whether no page on the internet can have this name: an address, or a name without a dot, as machines have in a network of their own. */
function isUnownable(name: string): boolean {
  return isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0 || /^[a-z0-9_-]+$/i.test(name);
}
