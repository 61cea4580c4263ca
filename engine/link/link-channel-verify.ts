import { parseDuration } from '../core/duration.ts';
import { typeScope } from '../expr/index.ts';
import type { ChannelPreset } from '../program/channel-preset.ts';
import type { ChannelVerify } from '../program/channel.ts';
import type { Node } from '../source/index.ts';
import type { Reporter } from './context.ts';
import { envType } from './env-type.ts';
import { headerFault } from './link-headers.ts';
import { durationOf } from './scalars.ts';
import { linkTemplate } from './text.ts';
import { checkUrl } from './url.ts';
import type { Visible } from './visible.ts';

/** Milliseconds that a delivery may be old where nothing else is said. */
const usualToleranceMs = 300_000;

/** How the signature of a channel is checked: as it says, and else as its scheme does. */
export function linkVerify(
  reporter: Reporter,
  root: Node,
  { verify: preset }: ChannelPreset,
  visible: Visible,
): ChannelVerify {
  const node = root.get('verify');
  const scheme = root.get('scheme').text();
  if (scheme === 'hmac' && node.get('header').value === undefined) {
    const message = '"hmac" needs "verify.header": the name of the header that holds the signature';
    if (node.object() === undefined) reporter.report(root.get('scheme'), 'schema/missing-key', message);
    else reporter.report(node, 'schema/missing-key', message, { part: 'key' });
  }
  const timestampHeader = headerName(reporter, node.get('timestampHeader')) ?? preset.timestampHeader;
  const idHeader = headerName(reporter, node.get('idHeader')) ?? preset.idHeader;
  const url = linkUrl(reporter, node.get('url'), visible);
  const found = {
    timestamp: timestampHeader ?? preset.timestampPrefix,
    id: idHeader,
    url: url?.source,
  };
  checkPayload(reporter, node.get('payload'), found);
  const payload =
    node.get('payload').text() ??
    preset.payload ??
    (found.timestamp === undefined ? '{body}' : '{timestamp}.{body}');
  if (node.get('payload').value === undefined && payload.includes('{url}') && url === undefined)
    reporter.report(
      root.get('scheme'),
      'schema/missing-key',
      `"${scheme ?? ''}" needs "verify.url": the address of this channel as the sender knows it, which is part of what is signed`,
    );
  const isTimed = [timestampHeader, preset.timestampPrefix, preset.timestampField].some(
    (place) => place !== undefined,
  );
  if (!isTimed && node.get('tolerance').value !== undefined)
    reporter.report(
      node.get('tolerance'),
      'schema/missing-key',
      scheme === 'hmac'
        ? '"tolerance" refuses nothing where nothing says when a delivery was sent; name the header with "timestampHeader"'
        : `"tolerance" refuses nothing, since "${scheme ?? ''}" does not sign when a delivery was sent; leave it out`,
      { part: 'key' },
    );
  return {
    header: headerName(reporter, node.get('header')) ?? preset.header ?? '',
    algorithm:
      (node.get('algorithm').text() as ChannelVerify['algorithm'] | undefined) ??
      preset.algorithm ??
      'sha256',
    encoding:
      (node.get('encoding').text() as ChannelVerify['encoding'] | undefined) ?? preset.encoding ?? 'hex',
    prefix: node.get('prefix').text() ?? preset.prefix ?? '',
    separator: preset.separator,
    timestampHeader,
    timestampPrefix: preset.timestampPrefix,
    timestampField: preset.timestampField,
    toleranceMs:
      durationOf(node.get('tolerance')) ??
      (preset.tolerance === undefined ? undefined : parseDuration(preset.tolerance)) ??
      usualToleranceMs,
    payload,
    idHeader,
    url,
    secretPrefix: preset.secretPrefix,
  };
}

/** The name of a header; reports a text that is none. */
export function headerName(reporter: Reporter, node: Node): string | undefined {
  const text = node.text();
  const fault = text === undefined ? undefined : headerFault(text);
  if (fault !== undefined) reporter.report(node, 'schema/bad-format', fault);
  return text;
}

function linkUrl(reporter: Reporter, node: Node, visible: Visible): ChannelVerify['url'] {
  checkUrl(reporter, node, true);
  const env: Visible = { ...visible, names: new Set(['env']), types: typeScope({ env: envType }) };
  return linkTemplate(reporter, node, env);
}

/** The placeholders of `verify.payload`, and the keys that say what they stand for. */
const placeholders: Readonly<Record<'timestamp' | 'id' | 'url', string>> = {
  timestamp: 'timestampHeader',
  id: 'idHeader',
  url: 'url',
};

function checkPayload(
  reporter: Reporter,
  node: Node,
  found: Readonly<Record<keyof typeof placeholders, string | undefined>>,
): void {
  const text = node.text();
  if (text === undefined) return;
  const used = [...text.matchAll(/\{([^{}]*)\}/g)];
  for (const { 0: whole, 1: name = '', index } of used) {
    const within = { start: index, end: index + whole.length };
    if (name === 'body') continue;
    if (!isPlaceholder(name))
      reporter.report(
        node,
        'ref/unknown-name',
        `nothing is called "${whole}" here; expected one of "{body}", "{id}", "{timestamp}", "{url}"`,
        { within },
      );
    else if (found[name] === undefined)
      reporter.report(
        node,
        'schema/missing-key',
        name === 'url'
          ? '"{url}" needs "url": the address of this channel as the sender knows it'
          : `"${whole}" needs "${placeholders[name]}": the header that holds it`,
        { within },
      );
  }
  // A misspelt one has been reported.
  if (used.every(([, name = '']) => isPlaceholder(name)))
    reporter.report(
      node,
      'schema/bad-format',
      'what is signed must hold "{body}"; otherwise any body would pass',
    );
}

function isPlaceholder(name: string): name is keyof typeof placeholders {
  return Object.hasOwn(placeholders, name);
}
