import type { Sandbox as SandboxSpec } from '../../program/sandbox.ts';
import { isInside, normalise, nullFile, temporaryFolder } from './virtual-path.ts';

/** Why a path on a command line may not be used, or undefined: it must lie in the workspace, whatever the folder of the command. */
export function placeFault(spec: SandboxSpec, path: string): string | undefined {
  if (path.startsWith('~') || path.includes(':')) return 'it is no path of the workspace';
  if (path.split('/').includes('..')) return 'a path may not have ".."';
  if (!path.startsWith('/')) return undefined;
  const normal = normalise(path) ?? '/';
  if (normal === nullFile || isInside(spec.workspace, normal) || isInside(temporaryFolder, normal))
    return undefined;
  return 'it lies outside the workspace';
}

/** Why a URL on a command line may not be fetched, or undefined. */
export function urlFault(spec: SandboxSpec, text: string): string | undefined {
  if (/[{}[\]\\\s]/.test(text) || !URL.canParse(text))
    return 'it is no plain URL; write it out, with "https://"';
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return `"${url.protocol}" is not allowed`;
  return hostFault(spec.network, url);
}

/** Why a host may not be reached by the allowlist of a sandbox, or undefined. */
export function hostFault(network: SandboxSpec['network'], url: URL): string | undefined {
  const denied = network.deny.some((pattern) => fitsHost(pattern, url));
  if (!denied && network.allow.some((pattern) => fitsHost(pattern, url))) return undefined;
  const allowed =
    network.allow.length === 0 ? 'no host may be reached' : `allowed hosts: ${network.allow.join(', ')}`;
  return `host "${url.host}" is not allowed; ${allowed}`;
}

/** `*.` in front stands for any subdomain, `*` for every host; a port, where one is named, must be that of the URL. */
function fitsHost(pattern: string, url: URL): boolean {
  if (pattern === '*') return true;
  const [, name = '', port] = /^(.*?)(?::(\d+))?$/.exec(pattern.toLowerCase()) ?? [];
  const host = url.hostname
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
  const bare = pattern.includes('::') ? pattern.toLowerCase().replace(/^\[(.*)\]$/, '$1') : name;
  if (port !== undefined && !pattern.includes('::') && port !== portOf(url)) return false;
  return bare.startsWith('*.')
    ? host.endsWith(bare.slice(1)) && host.length > bare.length - 1
    : host === bare;
}

function portOf(url: URL): string {
  if (url.port !== '') return url.port;
  return url.protocol === 'https:' ? '443' : '80';
}
