import { rootOf } from '../../source/index.ts';
import type { Rule } from '../rule.ts';

/** A sandbox that may reach every host, or all of a top-level domain, has no boundary to the network. */
export const wideNetwork: Rule = {
  id: 'security/wide-network',
  level: 'warning',
  always: true,
  check({ sources }, report) {
    for (const source of sources) {
      if (source.kind !== 'sandbox') continue;
      for (const node of rootOf(source).get('network').get('allow').list()) {
        const host = node.text();
        if (host === undefined || !isWide(host)) continue;
        report(
          node.origin(),
          `"${host}" lets the sandbox "${source.name}" reach hosts of anybody; name the hosts it needs, such as "api.example.com" or "*.example.com"`,
        );
      }
    }
  },
};

/** Names under which nobody can register a host of their own. */
const privateNames = [
  'localhost',
  'local',
  'internal',
  'intranet',
  'lan',
  'home',
  'corp',
  'test',
  'invalid',
  'onion',
];

function isWide(host: string): boolean {
  const name = host.trim().toLowerCase();
  if (/^[*.]+$/.test(name) || name === '0.0.0.0/0' || name === '::/0') return true;
  const top = /^\*\.([a-z-]+)$/.exec(name)?.[1];
  return top !== undefined && !privateNames.includes(top);
}
