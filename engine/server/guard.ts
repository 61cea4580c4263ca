import type { IncomingMessage } from 'node:http';
import { isIPv4 } from 'node:net';
import { Problem } from '../core/problem.ts';

/** Whether a name or address (no port, IPv6 with or without brackets) means this machine. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase();
  return (
    name === 'localhost' || name === '::1' || name === '[::1]' || (isIPv4(name) && name.startsWith('127.'))
  );
}

/**
 * Refuses requests that a foreign web page could have caused: the Host must name this machine (DNS rebinding), and an Origin,
 * when there is one, must be the server's own. Throws Problem `forbidden`.
 */
export function refuseForeign({ headers }: Pick<IncomingMessage, 'headers'>): void {
  const host = headers.host ?? '';
  if (!isLoopback(host.replace(/:\d{1,5}$/, ''))) {
    throw new Problem(
      'forbidden',
      `host "${host}" is not served here; use the name "localhost" or a loopback address`,
    );
  }
  const { origin } = headers;
  if (origin !== undefined && origin.toLowerCase() !== `http://${host.toLowerCase()}`) {
    throw new Problem('forbidden', `requests from origin "${origin}" are not allowed`);
  }
}
