import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, isIPv6 } from 'node:net';

/** Where a request came from, and what it was addressed to. */
export interface Peer {
  /** Of the client: of the connection, or what a trusted proxy says. */
  readonly address: string;
  /** Name and port that the client wrote; empty where it wrote none. */
  readonly host: string;
  readonly protocol: 'http' | 'https';
}

/** Whose `X-Forwarded-*` headers are believed: nobody's, those of whoever connects, or those of these addresses and networks. */
export type TrustProxy = boolean | readonly string[];

/**
 * A reader of peers. With `true` there is one proxy, whoever it is, and the last address it wrote is the client's; with addresses the
 * last one that is not among them is. What any client can write is never believed.
 */
export function createPeers(trust: TrustProxy): (request: IncomingMessage) => Peer {
  const proxies = typeof trust === 'boolean' ? undefined : listOf(trust);
  const isProxy = (address: string): boolean =>
    proxies?.check(address, isIPv6(address) ? 'ipv6' : 'ipv4') ?? false;
  return ({ socket, headers }) => {
    const direct = plain(socket.remoteAddress ?? '');
    const host = headers.host ?? '';
    const own = 'encrypted' in socket ? 'https' : 'http';
    const believes = trust === true || (proxies !== undefined && isIP(direct) !== 0 && isProxy(direct));
    if (!believes) return { address: direct, host, protocol: own };
    const address = clientOf(direct, lastFirst(headers['x-forwarded-for']), isProxy);
    const [protocol] = lastFirst(headers['x-forwarded-proto']);
    return {
      address,
      host: lastFirst(headers['x-forwarded-host'])[0] ?? host,
      protocol: protocol === 'https' || protocol === 'http' ? protocol : own,
    };
  };
}

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

/** The first address, from the nearest on, that no proxy has. */
function clientOf(
  direct: string,
  forwarded: readonly string[],
  isProxy: (address: string) => boolean,
): string {
  let address = direct;
  for (const text of forwarded) {
    const next = plain(text.replace(/^\[(.*)\](:\d+)?$/, '$1').replace(/^([\d.]+):\d+$/, '$1'));
    if (isIP(next) === 0) break;
    address = next;
    if (!isProxy(address)) break;
  }
  return address;
}

function lastFirst(header: string | readonly string[] | undefined): readonly string[] {
  const text = typeof header === 'string' ? header : (header?.join(',') ?? '');
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
    .reverse();
}

/** An IPv4 address that came over IPv6, as IPv4. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '').replace(/%.*$/, '');
}

/** What a client counts under: its address, of IPv6 the network of 64 bits, which one client has to itself. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros =
    tail === undefined ? [] : new Array<string>(Math.max(0, 8 - front.length - back.length)).fill('0');
  return [...front, ...zeros, ...back]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
