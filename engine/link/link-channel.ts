import { dyn, typeScope } from '../expr/index.ts';
import type { Channel, ChannelVerify } from '../program/channel.ts';
import type { Node } from '../source/index.ts';
import { envType } from './env-type.ts';
import { checkInput } from './check-given.ts';
import type { Reporter } from './context.ts';
import { hashOf } from './hash.ts';
import { callee, type Callees } from './link-callee.ts';
import type { Config } from './link-settings.ts';
import { known } from './names.ts';
import { durationOf } from './scalars.ts';
import { linkExpression, linkTemplate, linkTyped, linkValue, linkValues } from './text.ts';
import type { Visible } from './visible.ts';

/** A channel; nothing is received in this version. Its texts and values see the delivery as `body`, `headers` and `query`. */
export function linkChannel(reporter: Reporter, root: Node, config: Config, callees: Callees): Channel {
  const visible: Visible = {
    ...config.visible,
    names: new Set(['body', 'headers', 'query', 'env']),
    types: typeScope({ body: dyn, headers: dyn, query: dyn, env: envType }),
  };
  const template = (node: Node): ReturnType<typeof linkTemplate> => linkTemplate(reporter, node, visible);
  const input = linkTyped(reporter, root.get('input'), visible);
  const called = callee(reporter, root.get('agent'), 'agent', callees);
  if (called !== undefined) {
    const whom = `agent "${called.name}"`;
    if (called.isKnown && called.inputSchema === undefined && input !== undefined)
      reporter.report(
        root.get('input'),
        'type/unknown-argument',
        `${whom} takes a "message", not an input; declare an "inputSchema" to give it one`,
        { part: 'key' },
      );
    checkInput(reporter, {
      node: root.get('input'),
      anchor: root.get('agent'),
      whom,
      schema: called.inputSchema,
      linked: input,
    });
  }
  const dedupe = root.get('dedupe');
  const reply = root.get('reply');
  return {
    name: root.source.name,
    hash: hashOf(root.source),
    origin: root.origin(),
    description: root.get('description').text() ?? '',
    agent: root.get('agent').text() ?? '',
    scheme: (root.get('scheme').text() ?? 'hmac') as Channel['scheme'],
    secrets: linkSecretNames(reporter, root.get('secret'), Object.keys(config.settings.secrets)),
    verify: linkVerify(reporter, root),
    dedupe: dedupe.object() === undefined ? undefined : linkDedupe(reporter, dedupe, visible),
    when: linkExpression(reporter, root.get('when'), visible),
    instance: template(root.get('instance')),
    session: template(root.get('session')),
    input: input?.value,
    message: template(root.get('message')),
    reply: {
      status: reply.get('status').number() ?? 202,
      headers: linkValues(reporter, reply.get('headers'), visible),
      body: linkValue(reporter, reply.get('body'), visible),
    },
  };
}

function linkSecretNames(reporter: Reporter, node: Node, declared: readonly string[]): string[] {
  return [node, ...node.list()].flatMap((item) => {
    const name = item.text();
    return name !== undefined && known(reporter, item, 'secret', name, declared) ? [name] : [];
  });
}

function linkDedupe(reporter: Reporter, node: Node, visible: Visible): NonNullable<Channel['dedupe']> {
  if (node.get('header').value !== undefined && node.get('key').value !== undefined)
    reporter.report(node.get('key'), 'schema/exclusive-keys', 'write either "header" or "key", not both', {
      part: 'key',
    });
  if (Object.keys(node.object() ?? {}).every((key) => key.startsWith('x-')))
    reporter.report(
      node,
      'schema/missing-key',
      'write the "header" that holds the id of a delivery, or the "key" that gives it',
    );
  return {
    header: headerName(reporter, node.get('header')),
    key: linkTemplate(reporter, node.get('key'), visible),
  };
}

/** The placeholders of `verify.payload`. */
const placeholders: Readonly<Record<string, string | undefined>> = {
  body: undefined,
  timestamp: 'timestampHeader',
  id: 'idHeader',
};

function linkVerify(reporter: Reporter, root: Node): ChannelVerify {
  const node = root.get('verify');
  const isOwn = root.get('scheme').text() === 'hmac';
  if (isOwn && node.get('header').value === undefined) {
    const message = '"hmac" needs "verify.header": the name of the header that holds the signature';
    if (node.object() === undefined) reporter.report(root.get('scheme'), 'schema/missing-key', message);
    else reporter.report(node, 'schema/missing-key', message, { part: 'key' });
  }
  if (isOwn && node.get('payload').text() !== undefined) checkPayload(reporter, node);
  return {
    header: headerName(reporter, node.get('header')),
    algorithm: node.get('algorithm').text() as ChannelVerify['algorithm'],
    encoding: node.get('encoding').text() as ChannelVerify['encoding'],
    prefix: node.get('prefix').text(),
    timestampHeader: headerName(reporter, node.get('timestampHeader')),
    toleranceMs: durationOf(node.get('tolerance')) ?? 300_000,
    payload: node.get('payload').text(),
    idHeader: headerName(reporter, node.get('idHeader')),
  };
}

function checkPayload(reporter: Reporter, node: Node): void {
  const payload = node.get('payload');
  const text = payload.text() ?? '';
  const found = [...text.matchAll(/\{([^{}]*)\}/g)];
  for (const { 0: whole, 1: name = '', index } of found) {
    const within = { start: index, end: index + whole.length };
    const header = placeholders[name];
    if (!Object.hasOwn(placeholders, name))
      reporter.report(
        payload,
        'ref/unknown-name',
        `nothing is called "${whole}" here; expected one of "{body}", "{id}", "{timestamp}"`,
        { within },
      );
    else if (header !== undefined && node.get(header).value === undefined)
      reporter.report(
        payload,
        'schema/missing-key',
        `"${whole}" needs "${header}": the header that holds it`,
        {
          within,
        },
      );
  }
  // A misspelt one has been reported.
  if (found.every(([, name = '']) => Object.hasOwn(placeholders, name) && name !== 'body'))
    reporter.report(
      payload,
      'schema/bad-format',
      'what is signed must hold "{body}"; otherwise any body would pass',
    );
}

function headerName(reporter: Reporter, node: Node): string | undefined {
  const text = node.text();
  if (text !== undefined && !/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(text))
    reporter.report(
      node,
      'schema/bad-format',
      `"${text}" is no name of a header; write "${text.trim().replace(/[^A-Za-z0-9-]+/g, '-')}"`,
    );
  return text;
}
