import type { ServerAuth, ServerSettings, ServerToken } from '../program/server-settings.ts';
import type { Node } from '../source/index.ts';
import type { Reporter } from './context.ts';
import { isHost, isNetwork } from './hosts.ts';
import { known } from './names.ts';
import { durationOf, textsOf } from './scalars.ts';
import { checkUrl } from './url.ts';

/** Timers count no longer. */
const longestPerMs = 24 * 86_400_000;

/** What the server's settings refer to. */
export interface ServerAround {
  readonly secrets: readonly string[];
  readonly agents: readonly string[];
  readonly workflows: readonly string[];
}

/** The settings of the server: 127.0.0.1:8000, bodies to 1 MiB, nobody signs in, no other origin calls. */
export function linkServer(reporter: Reporter, node: Node, around: ServerAround): ServerSettings {
  const limits = node.get('limits');
  const isClosed = node.get('auth').value !== undefined;
  return {
    host: linkHost(reporter, node.get('host'), isClosed),
    port: node.get('port').number() ?? 8000,
    basePath: linkBasePath(reporter, node.get('basePath')),
    bodyBytes: limits.get('bodyBytes').number() ?? 1_048_576,
    drainMs: durationOf(node.get('drainTimeout')) ?? 10_000,
    trustProxy: linkTrustProxy(reporter, node.get('trustProxy')),
    concurrency: limits.get('concurrency').number(),
    requests: limits.get('requests').number(),
    perMs: linkPer(reporter, limits),
    connections: limits.get('connections').number() ?? 1000,
    cors: linkCors(reporter, node.get('cors'), isClosed),
    auth: linkAuth(reporter, node.get('auth'), around),
  };
}

function linkHost(reporter: Reporter, node: Node, isClosed: boolean): string {
  const host = node.text();
  if (host === undefined) return '127.0.0.1';
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  if (isHost(bare)) {
    if (!isClosed && !/^(?:localhost|::1|127(?:\.\d+){3})$/i.test(bare))
      reporter.report(
        node,
        'security/open-server',
        'other machines could call, and nobody has to sign in; set "auth", or leave "host" out',
      );
    return bare;
  }
  const url = /^[a-z]+:\/\//i.test(host) && URL.canParse(host) ? new URL(host) : undefined;
  const [, name = '', port] = /^([^:/]+):(\d+)$/.exec(url?.host ?? host) ?? [];
  const cure =
    port !== undefined
      ? `write "host: ${name}" and "port: ${port}"`
      : `write a name or an address, such as "${url?.hostname ?? '0.0.0.0'}"`;
  reporter.report(node, 'schema/bad-format', `"${host}" is no host; ${cure}`);
  return host;
}

function linkBasePath(reporter: Reporter, node: Node): string {
  const path = node.text() ?? '/';
  if (/[\s?#]|\/\/|\/\.{1,2}(\/|$)/.test(path))
    reporter.report(
      node,
      'schema/bad-format',
      `"${path}" is no path of an address; write words between slashes, such as "/engine"`,
    );
  return path;
}

function linkTrustProxy(reporter: Reporter, node: Node): ServerSettings['trustProxy'] {
  const flag = node.flag();
  if (flag !== undefined || node.value === undefined) return flag ?? false;
  for (const item of node.list()) {
    const text = item.text();
    if (text !== undefined && !isNetwork(text))
      reporter.report(
        item,
        'schema/bad-format',
        `"${text}" is no address and no network; write numbers, such as "10.0.0.7" or "10.0.0.0/8"`,
      );
  }
  return textsOf(node);
}

function linkPer(reporter: Reporter, limits: Node): number {
  const node = limits.get('per');
  if (node.value !== undefined && limits.get('requests').value === undefined)
    reporter.report(node, 'schema/missing-key', '"per" bounds nothing without "requests"; write how many', {
      part: 'key',
    });
  const perMs = durationOf(node) ?? 60_000;
  if (perMs < 1 || perMs > longestPerMs)
    reporter.report(node, 'schema/bad-format', '"per" is a time of up to 24 days, such as "1m" or "1h"');
  return perMs;
}

function linkCors(reporter: Reporter, node: Node, isClosed: boolean): ServerSettings['cors'] {
  if (node.object() === undefined) return undefined;
  const origins = node.get('origins');
  for (const item of origins.list()) {
    const text = item.text();
    if (text === undefined || text === '*') continue;
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url !== undefined && url.origin === text.toLowerCase()) continue;
    const cure = url === undefined || url.origin === 'null' ? 'https://app.example.com' : url.origin;
    reporter.report(
      item,
      'schema/bad-format',
      `"${text}" is no origin; write scheme, host and port alone, such as "${cure}"`,
    );
  }
  const all = origins.list().find((item) => item.text() === '*');
  if (all !== undefined && !isClosed)
    reporter.report(
      all,
      'security/open-server',
      'every page that is open in a browser on this machine could call, since nobody has to sign in; name the origins, or set "auth"',
    );
  const credentials = node.get('credentials').flag() ?? false;
  if (credentials && textsOf(origins).includes('*')) {
    reporter.report(
      node.get('credentials'),
      'schema/exclusive-keys',
      'browsers send no credentials where every origin may call; name the origins, or leave "credentials" out',
      { part: 'key' },
    );
  }
  return { origins: textsOf(origins), credentials, maxAgeMs: durationOf(node.get('maxAge')) ?? 600_000 };
}

function linkAuth(reporter: Reporter, node: Node, around: ServerAround): ServerAuth | undefined {
  if (node.object() === undefined) return undefined;
  if (node.get('tokens').list().length === 0 && node.get('jwt').value === undefined) {
    reporter.report(
      node,
      'schema/missing-key',
      'with neither "tokens" nor "jwt" nobody could call; write one of them, or leave "auth" out',
      { part: 'key' },
    );
  }
  const jwt = node.get('jwt');
  const issuer = jwt.get('issuer').text() ?? '';
  const isNamed = jwt.get('jwksUrl').value !== undefined;
  if (jwt.object() !== undefined) checkKeysUrl(reporter, jwt.get(isNamed ? 'jwksUrl' : 'issuer'));
  return {
    tokens: linkTokens(reporter, node.get('tokens').list(), around),
    jwt:
      jwt.object() === undefined
        ? undefined
        : {
            issuer,
            audience: jwt.get('audience').text() ?? '',
            jwksUrl: jwt.get('jwksUrl').text() ?? `${issuer.replace(/\/$/, '')}/.well-known/jwks.json`,
            algorithms:
              jwt.get('algorithms').value === undefined
                ? ['RS256', 'ES256', 'EdDSA']
                : textsOf(jwt.get('algorithms')),
            scopesClaim: jwt.get('scopesClaim').text() ?? 'scope',
          },
  };
}

/** Whoever can change keys on their way can sign in as anybody. */
function checkKeysUrl(reporter: Reporter, node: Node): void {
  checkUrl(reporter, node);
  const text = node.text() ?? '';
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' && !/^(localhost|127\.[\d.]+|\[::1\])$/.test(url.hostname))
    reporter.report(
      node,
      'schema/bad-format',
      `the keys that tokens are checked with must not come over "http://"; write "${text.replace(/^http:/, 'https:')}"`,
    );
}

function linkTokens(reporter: Reporter, nodes: readonly Node[], around: ServerAround): ServerToken[] {
  const seen = new Set<string>();
  const holders = new Map<string, string>();
  return nodes.flatMap((node) => {
    const name = node.get('name').text();
    if (name === undefined) return [];
    const secret = node.get('secret').text();
    const hash = node.get('hash').text();
    for (const key of ['hash', 'secret'] as const) {
      const held = `${key} ${node.get(key).text()}`;
      const holder: string = holders.get(held) ?? name;
      if (holder !== name && node.get(key).text() !== undefined)
        reporter.report(
          node.get(key),
          'ref/duplicate-entry',
          `this is the token of "${holder}" already, and tells nobody whether "${name}" calls; make another one with "engine token ${name}"`,
        );
      holders.set(held, holder);
    }
    // Two tokens of one name are one caller whose token is being changed.
    const same = JSON.stringify([name, secret, hash]);
    if (seen.has(same))
      reporter.report(node.get('name'), 'ref/duplicate-entry', `the same token of "${name}" is listed twice`);
    seen.add(same);
    if (secret !== undefined) known(reporter, node.get('secret'), 'secret', secret, around.secrets);
    if (secret !== undefined && hash !== undefined)
      reporter.report(
        node.get('hash'),
        'schema/exclusive-keys',
        'write either "secret" or "hash", not both',
        {
          part: 'key',
        },
      );
    if (secret === undefined && hash === undefined && node.get('hash').value === undefined)
      reporter.report(
        node,
        'schema/missing-key',
        `token "${name}" needs a "secret" that holds it, or the "hash" of it`,
      );
    const agents = node.get('agents').list();
    const workflows = node.get('workflows').list();
    for (const item of agents) {
      const agent = item.text();
      if (agent !== undefined) known(reporter, item, 'agent', agent, around.agents);
    }
    for (const item of workflows) {
      const workflow = item.text();
      if (workflow !== undefined) known(reporter, item, 'workflow', workflow, around.workflows);
    }
    const listed = (key: string): readonly string[] | undefined =>
      node.get(key).value === undefined ? undefined : textsOf(node.get(key));
    return [
      {
        name,
        value: secret === undefined ? { sha256: (hash ?? '').replace(/^sha256:/, '') } : { secret },
        scopes: listed('scopes'),
        agents: listed('agents'),
        workflows: listed('workflows'),
      },
    ];
  });
}
