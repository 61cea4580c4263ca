import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** Headers of one connection, which offer another protocol. */
const offers: ReadonlySet<string> = new Set(['upgrade', 'http2-settings']);

/** A connection that was taken off its server. */
interface Offered {
  readonly socket: Duplex;
  /** What came behind the request. */
  readonly head: Buffer;
  /** The answer to the request before, which may still be at work. */
  readonly before: ServerResponse | undefined;
}

/**
 * Lets a request that offers a protocol which is not spoken here go on as the HTTP that it is (RFC 9110, 7.8): some clients offer HTTP/2
 * with every first request. Node has already taken it off its server, so it is given back without the offer.
 */
export function goOnWithoutUpgrade(
  http: Server,
  { method = '', url = '', httpVersion, rawHeaders }: IncomingMessage,
  { socket, head, before }: Offered,
): void {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2);
    if (offers.has(name.toLowerCase())) continue;
    const kept = name.toLowerCase() === 'connection' ? withoutOffers(value) : value;
    if (kept !== '' || value === '') lines.push(`${name}: ${kept}`);
  }
  const goOn = (): void => {
    if (socket.destroyed) return;
    socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
    http.emit('connection', socket);
  };
  if (before === undefined || before.closed) goOn();
  else before.once('close', goOn);
}

function withoutOffers(connection: string): string {
  return connection
    .split(',')
    .filter((token) => !offers.has(token.trim().toLowerCase()))
    .join(',');
}
