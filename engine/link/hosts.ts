import { isIP } from 'node:net';
import type { Node } from '../source/index.ts';
import type { Reporter } from './context.ts';

const hostName =
  /^(?=.{1,253}$)([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)*[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/;

/** Whether a text is the name of a host, or an address. */
export function isHost(text: string): boolean {
  if (isIP(text) !== 0) return true;
  // Four numbers are meant as an address, and this is not one.
  return !/^[\d.]+$/.test(text) && hostName.test(text);
}

/** Hosts of a list; `*.` in front stands for any subdomain, `*` for every host. Reports what is no host. */
export function hostPatterns(reporter: Reporter, list: Node): string[] {
  return list.list().flatMap((node) => {
    const text = node.text();
    if (text === undefined) return [];
    const host = text.replace(/^\*\./, '').replace(/:\d{1,5}$/, '');
    if (text !== '*' && !isHost(host))
      reporter.report(node, 'schema/bad-format', `"${text}" is no host${cureOf(text)}`);
    return [text];
  });
}

/** What to write in place of an address, or of a pattern of another kind. */
function cureOf(text: string): string {
  const url = /^[a-z]+:\/\//i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined) return `; write "${url.host}"`;
  const [name = ''] = text.split('/');
  if (name !== text && isHost(name.replace(/^\*\./, ''))) return `; write "${name}"`;
  return text.includes('*')
    ? '; "*." stands in front of a whole name, as in "*.example.com"'
    : '; write its name, such as "api.example.com"';
}

/** Whether a text is an address or a network of addresses, `10.0.0.0/8`. */
export function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}
