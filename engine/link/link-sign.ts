import type { Sign } from '../program/tool.ts';
import type { Node } from '../source/index.ts';
import type { Reporter } from './context.ts';
import { known } from './names.ts';
import type { Visible } from './visible.ts';

/**
 * How a request is signed, as the key for spreading into it; nothing where it is not. Reports secrets that are unknown or not granted
 * in this place, and headers that the signature is to write.
 * @param sinks what the headers of the request may read.
 */
export function linkSign(reporter: Reporter, request: Node, sinks: Visible): { readonly sign?: Sign } {
  const node = request.get('sign');
  if (node.object() === undefined) return {};
  const secret = node.get('secret');
  const nodes = secret.text() === undefined ? secret.list() : [secret];
  const secrets = nodes.flatMap((one) => {
    const name = one.text();
    return name !== undefined && isGranted(reporter, one, name, sinks) ? [name] : [];
  });
  for (const [name, header] of request.get('headers').entries()) {
    if (written.includes(name.toLowerCase()))
      reporter.report(
        header,
        'schema/exclusive-keys',
        `write either "sign" or the header "${name}", not both: the signature brings it`,
        { part: 'key' },
      );
  }
  return { sign: { scheme: 'standard-webhooks', secrets } };
}

const written: readonly string[] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];

function isGranted(reporter: Reporter, node: Node, name: string, sinks: Visible): boolean {
  const granted = sinks.secrets ?? new Set();
  if (granted.has(name) || sinks.declaredSecrets?.has(name) !== true)
    return known(reporter, node, 'secret', name, granted);
  reporter.noteReference(node, { kind: 'secret', name, known: true });
  reporter.report(
    node,
    'security/secret-not-granted',
    `secret "${name}" is not granted here; add it to "secrets" of this file`,
  );
  return false;
}
