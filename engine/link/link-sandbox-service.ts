import { isIP } from 'node:net';
import type { SandboxService } from '../program/sandbox.ts';
import type { Node } from '../source/index.ts';
import type { Reporter } from './context.ts';
import { known } from './names.ts';
import { durationOf } from './scalars.ts';
import { checkUrl } from './url.ts';

/** Types of sandboxes that are services, and what of `service` each has. */
const services: Readonly<
  Record<
    string,
    {
      readonly apiKey: string;
      readonly apiSecret?: string;
      readonly keys: readonly string[];
      /** Whether its machines sleep with their files. */
      readonly pauses: boolean;
    }
  >
> = {
  daytona: { apiKey: 'DAYTONA_API_KEY', keys: ['region'], pauses: true },
  e2b: { apiKey: 'E2B_API_KEY', keys: ['machineUrl'], pauses: true },
  modal: {
    apiKey: 'MODAL_TOKEN_ID',
    apiSecret: 'MODAL_TOKEN_SECRET',
    keys: ['apiSecret', 'region', 'cpu', 'memoryMb'],
    pauses: false,
  },
  runloop: { apiKey: 'RUNLOOP_API_KEY', keys: ['cpu', 'memoryMb', 'diskGb'], pauses: true },
};

/** Keys that every service has. */
const common = ['apiKey', 'url', 'image', 'idleTimeout', 'whenClosed'];

/**
 * The machines of a sandbox whose type is a service; undefined for other types. Reports what the service does not have, and keys that
 * are not declared.
 */
export function linkSandboxService(
  reporter: Reporter,
  root: Node,
  { type, secrets }: { readonly type: string; readonly secrets: ReadonlySet<string> },
): SandboxService | undefined {
  const node = root.get('service');
  const service = services[type];
  if (service === undefined) {
    if (node.value !== undefined)
      reporter.report(
        node,
        'schema/misplaced-key',
        `"service" is for sandboxes of type ${Object.keys(services).join(', ')}; this one is "${type}"`,
        { part: 'key' },
      );
    return undefined;
  }
  for (const [key, value] of node.entries()) {
    if (!common.includes(key) && !service.keys.includes(key) && !key.startsWith('x-'))
      reporter.report(
        value,
        'schema/misplaced-key',
        `a sandbox of type "${type}" has no "${key}"; it has ${[...common, ...service.keys].join(', ')}`,
        { part: 'key' },
      );
  }
  for (const [key, value] of root.get('options').entries())
    reporter.unavailable(
      value,
      `a sandbox of type "${type}" has no options; take out "${key}", and say under "service" what its machines are`,
      'key',
    );
  checkUrl(reporter, node.get('url'));
  checkUrl(reporter, node.get('machineUrl'));
  noteNetwork(reporter, root.get('network'), type);
  for (const mount of root.get('mounts').list())
    if (mount.get('write').flag() === true)
      reporter.unavailable(
        mount.get('write'),
        `a sandbox of type "${type}" gets copies of its mounts, so what is written does not reach the project; take out "write"`,
        'key',
      );
  const whenClosed = node.get('whenClosed');
  if (!service.pauses && whenClosed.text() === 'pause')
    reporter.report(
      whenClosed,
      'schema/bad-value',
      `a machine of "${type}" cannot be paused; write "keep" or "remove"`,
    );
  const secretOf = (key: 'apiKey' | 'apiSecret', usual: string): string => {
    const said = node.get(key).text();
    if (said !== undefined) known(reporter, node.get(key), 'secret', said, secrets);
    else if (!secrets.has(usual))
      reporter.report(
        root.get('type'),
        'ref/unknown-secret',
        `a sandbox of type "${type}" needs the secret "${usual}"; declare it under "secrets" in engine.yaml, or name another one as "service.${key}"`,
      );
    return said ?? usual;
  };
  return {
    apiKey: secretOf('apiKey', service.apiKey),
    apiSecret: service.apiSecret === undefined ? undefined : secretOf('apiSecret', service.apiSecret),
    url: node.get('url').text(),
    machineUrl: node.get('machineUrl').text(),
    image: node.get('image').text(),
    region: node.get('region').text(),
    cpu: node.get('cpu').number(),
    memoryMb: node.get('memoryMb').number(),
    diskGb: node.get('diskGb').number(),
    idleMs: durationOf(node.get('idleTimeout')) ?? 600_000,
    whenClosed: closingOf(whenClosed.text()) ?? (service.pauses ? 'pause' : 'keep'),
  };
}

/** Notes hosts that a service cannot keep machines to. */
function noteNetwork(reporter: Reporter, node: Node, type: string): void {
  const deny = node.get('deny');
  if (deny.list().length > 0)
    reporter.unavailable(
      deny,
      `a sandbox of type "${type}" cannot keep to "network.deny"; take it out, and allow less`,
      'key',
    );
  for (const host of node.get('allow').list()) {
    const text = host.text() ?? '';
    if (text === '*' || isIP(text) !== 0) continue;
    if (/:\d+$/.test(text))
      reporter.unavailable(
        host,
        `a sandbox of type "${type}" knows no ports; write "${text.replace(/:\d+$/, '')}"`,
      );
  }
}

function closingOf(text: string | undefined): SandboxService['whenClosed'] | undefined {
  return text === 'pause' || text === 'keep' || text === 'remove' ? text : undefined;
}
