import {
  dyn,
  readsOf,
  templateReads,
  typeScope,
  type Expression,
  type Read,
  type Template,
} from '../expr/index.ts';
import type { Channel, ChannelScheme } from '../program/channel.ts';
import { channelPresets } from '../program/channel-presets.gen.ts';
import type { Node } from '../source/index.ts';
import { checkInput } from './check-given.ts';
import type { Reporter } from './context.ts';
import { envType } from './env-type.ts';
import { hashOf } from './hash.ts';
import { linkRespond } from './link-channel-respond.ts';
import { headerName, linkVerify } from './link-channel-verify.ts';
import { callee, type Callees } from './link-callee.ts';
import { linkHeaders } from './link-headers.ts';
import type { Config } from './link-settings.ts';
import { known } from './names.ts';
import { presetExpression, presetReply, presetValue } from './preset-text.ts';
import { linkExpression, linkTemplate, linkTyped, linkValue } from './text.ts';
import type { Visible } from './visible.ts';

/**
 * A channel, with what is known of its scheme where it says nothing itself. Its texts and values see the delivery as `body`, `headers`
 * and `query`.
 */
export function linkChannel(reporter: Reporter, root: Node, config: Config, callees: Callees): Channel {
  const visible: Visible = {
    ...config.visible,
    names: new Set(['body', 'headers', 'query', 'env']),
    types: typeScope({ body: dyn, headers: dyn, query: dyn, env: envType }),
  };
  const template = (node: Node): Template | undefined => {
    const linked = linkTemplate(reporter, node, visible);
    if (linked !== undefined) checkHeaders(reporter, node, templateReads(linked));
    return linked;
  };
  const condition = (node: Node): Expression | undefined => {
    const linked = linkExpression(reporter, node, visible);
    if (linked !== undefined) checkHeaders(reporter, node, readsOf(linked));
    return linked;
  };
  const input = linkTyped(reporter, root.get('input'), visible);
  checkCallee(reporter, root, callees, input);
  const scheme = (root.get('scheme').text() ?? 'hmac') as ChannelScheme;
  const preset = channelPresets[Object.hasOwn(channelPresets, scheme) ? scheme : 'hmac'];
  const verify = linkVerify(reporter, root, preset, visible);
  checkMemory(reporter, root, verify.toleranceMs, config);
  const declared = Object.keys(config.settings.secrets);
  const ignore = root.get('ignore');
  return {
    name: root.source.name,
    hash: hashOf(root.source),
    origin: root.origin(),
    description: root.get('description').text() ?? '',
    agent: root.get('agent').text() ?? '',
    scheme,
    secrets: linkSecretNames(reporter, root.get('secret'), declared),
    verify,
    formJson: preset.formJson,
    dedupe: linkDedupe(reporter, root.get('dedupe'), visible) ?? {
      header: preset.dedupe !== undefined && 'header' in preset.dedupe ? preset.dedupe.header : undefined,
      key:
        preset.dedupe !== undefined && 'key' in preset.dedupe
          ? presetExpression(preset.dedupe.key)
          : undefined,
    },
    handshakes: (preset.handshakes ?? []).map(({ when, isUnsigned = false, tell, reply }) => ({
      when: presetExpression(when),
      isUnsigned,
      tell: tell === undefined ? undefined : presetValue(tell),
      reply: presetReply(reply),
    })),
    ignore:
      ignore.value === undefined
        ? preset.ignore === undefined
          ? undefined
          : presetExpression(preset.ignore)
        : condition(ignore),
    when: condition(root.get('when')),
    instance: template(root.get('instance')),
    session: template(root.get('session')),
    input: input?.value,
    message: template(root.get('message')),
    omit: preset.omit ?? [],
    reply:
      linkReply(reporter, root.get('reply'), visible) ??
      (preset.reply === undefined ? undefined : presetReply(preset.reply)),
    respond: linkRespond(reporter, root, preset.respond, { visible, declared, ...callees }),
  };
}

/** Reports an agent that is not there, and an input that it cannot take. */
function checkCallee(
  reporter: Reporter,
  root: Node,
  callees: Callees,
  linked: ReturnType<typeof linkTyped>,
): void {
  const called = callee(reporter, root.get('agent'), 'agent', callees);
  if (called === undefined) return;
  const node = root.get('input');
  const whom = `agent "${called.name}"`;
  if (called.isKnown && called.inputSchema === undefined && linked !== undefined)
    reporter.report(
      node,
      'type/unknown-argument',
      `${whom} takes a "message", not an input; declare an "inputSchema" to give it one`,
      { part: 'key' },
    );
  checkInput(reporter, { node, anchor: root.get('agent'), whom, schema: called.inputSchema, linked });
}

/** Reports a header that is read by a name with capitals, under which there never is one. */
function checkHeaders(reporter: Reporter, node: Node, reads: readonly Read[]): void {
  for (const { path, start, end } of reads) {
    const [top, name = ''] = path;
    const right = name.toLowerCase();
    if (top !== 'headers' || right === name) continue;
    reporter.report(
      node,
      'ref/unknown-field',
      `there is no "${name}" in "headers", whose names are in lower case; write "${right}"`,
      { within: { start, end } },
    );
  }
}

/** Reports a time in which a delivery is taken that is longer than repeated ones are known. */
function checkMemory(reporter: Reporter, root: Node, toleranceMs: number, { settings }: Config): void {
  if (toleranceMs <= settings.retention.idempotencyMs) return;
  reporter.report(
    root.get('verify').get('tolerance'),
    'schema/bad-value',
    'a repeated delivery would be taken again: "retention.idempotency" of engine.yaml is shorter; make this shorter, or that longer',
  );
}

function linkSecretNames(reporter: Reporter, node: Node, declared: readonly string[]): string[] {
  return [node, ...node.list()].flatMap((item) => {
    const name = item.text();
    return name !== undefined && known(reporter, item, 'secret', name, declared) ? [name] : [];
  });
}

function linkDedupe(reporter: Reporter, node: Node, visible: Visible): Channel['dedupe'] | undefined {
  if (node.object() === undefined) return undefined;
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

function linkReply(reporter: Reporter, node: Node, visible: Visible): Channel['reply'] {
  if (node.object() === undefined) return undefined;
  return {
    status: node.get('status').number() ?? 202,
    headers: linkHeaders(reporter, node.get('headers'), visible),
    body: linkValue(reporter, node.get('body'), visible),
  };
}
