import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';

/**
 * Tells whether the spec's author alone decides a URL template's host: everything up to the path is written out
 * or comes from `env`, nothing from `input`.
 */
export function hostIsFixed(source: string): boolean {
  const withoutEnv = source.trim().replace(/\{\{\{?\s*env\.[A-Za-z_][A-Za-z0-9_]*\s*\}?\}\}/g, 'env');
  const authority = withoutEnv.replace(/^[A-Za-z][A-Za-z0-9+.-]*:\/\//, '').split(/[/?#\\]/)[0] ?? '';
  return !authority.includes('{');
}

/**
 * Why a host must not be reached, or undefined: loopback, private, link-local and reserved addresses, and names that resolve to one.
 * The name is resolved again by the request itself, so a name server under hostile control is not stopped by this.
 */
export async function privateHostFault(url: URL): Promise<string | undefined> {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
  const addresses = isIP(host) > 0 ? [host] : await resolveAll(host);
  return addresses.some(isPrivate) ? `host "${host}" is private or local` : undefined;
}

async function resolveAll(host: string): Promise<readonly string[]> {
  // A name that does not resolve fails in the request, with the request's own message.
  const found = await lookup(host, { all: true }).catch(() => []);
  return found.map((entry) => entry.address);
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
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  blocked.addSubnet(network, prefix, 'ipv6');
}
