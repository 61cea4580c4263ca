import { lookup as lookupAddress, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { Problem } from '../../core/problem.ts';

/** Finds all addresses of a host name, as `node:dns` does. */
export type FindAddresses = (
  host: string,
  done: (error: Error | null, addresses: readonly LookupAddress[]) => void,
) => void;

/**
 * Tells whether the spec's author alone decides a URL template's host: everything up to the path is written out
 * or comes from `env`, nothing from `input`.
 */
export function hostIsFixed(source: string): boolean {
  const withoutEnv = source.trim().replace(/\{\{\{?\s*env\.[A-Za-z_][A-Za-z0-9_]*\s*\}?\}\}/g, 'env');
  const authority = withoutEnv.replace(/^[A-Za-z][A-Za-z0-9+.-]*:\/\//, '').split(/[/?#\\]/)[0] ?? '';
  return !authority.includes('{');
}

/** Why a host that is written as an address, or is `localhost`, must not be reached; undefined for others. */
export function writtenHostFault(url: URL): string | undefined {
  const host = bare(url.hostname);
  const isLocal = host === 'localhost' || host.endsWith('.localhost');
  return isLocal || (isIP(host) > 0 && isPrivate(host)) ? faultOf(host) : undefined;
}

/**
 * A lookup for connections that must not lead to private or local addresses. A name is resolved once, and the connection is made to
 * the addresses that were checked, so that a name server cannot say another one in between. A name with any such address is refused,
 * with Problem `tool_failed`.
 */
export function guardedLookup(find: FindAddresses = findAll): LookupFunction {
  return (host, options, done) => {
    find(host, (error, addresses) => {
      if (error !== null) return done(error, []);
      if (addresses.some(({ address }) => isPrivate(address)))
        return done(new Problem('tool_failed', faultOf(bare(host))), []);
      const { family } = options;
      const wanted =
        family === 4 || family === 6 ? addresses.filter((one) => one.family === family) : addresses;
      if (options.all === true) return done(null, [...wanted]);
      const [first] = wanted;
      if (first === undefined) return done(new Error(`no address of "${host}"`), []);
      return done(null, first.address, first.family);
    });
  };
}

function findAll(host: string, done: Parameters<FindAddresses>[1]): void {
  lookupAddress(host, { all: true }, done);
}

function bare(host: string): string {
  return host
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
    .toLowerCase();
}

function faultOf(host: string): string {
  return `host "${host}" is private or local and not written out in its url`;
}

function isPrivate(address: string): boolean {
  return blocked.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

const blocked = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  blocked.addSubnet(network, prefix, 'ipv4');
  blocked.addSubnet(`64:ff9b::${network}`, 96 + prefix, 'ipv6');
}
for (const [network, prefix] of [
  ['::', 127],
  ['64:ff9b:1::', 48],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const) {
  blocked.addSubnet(network, prefix, 'ipv6');
}
