import type { TelemetrySettings } from '../program/telemetry-settings.ts';
import type { Node } from '../source/index.ts';
import type { Reporter } from './context.ts';
import { linkHeaders } from './link-headers.ts';
import { textsOf } from './scalars.ts';
import { checkUrl } from './url.ts';
import type { Visible } from './visible.ts';

/** What is told of the engine: nothing is sent, and measurements are served, unless the config says otherwise. */
export function linkTelemetry(reporter: Reporter, node: Node, visible: Visible): TelemetrySettings {
  const otlp = node.get('otlp');
  checkEndpoint(reporter, otlp.get('endpoint'));
  checkSent(reporter, node);
  return {
    otlp:
      otlp.value === undefined
        ? undefined
        : {
            endpoint: otlp.get('endpoint').text(),
            headers: linkHeaders(reporter, otlp.get('headers'), visible),
          },
    traces: node.get('traces').flag() ?? true,
    metrics: node.get('metrics').flag() ?? true,
    content: node.get('content').flag() ?? false,
    propagate: textsOf(node.get('propagate')),
    serviceName: node.get('serviceName').text(),
  };
}

/** Settings of what is sent, where nothing is. */
function checkSent(reporter: Reporter, node: Node): void {
  const otlp = node.get('otlp');
  for (const key of otlp.value === undefined ? (['content', 'propagate', 'serviceName'] as const) : [])
    if (node.get(key).value !== undefined)
      reporter.report(
        node.get(key),
        'schema/missing-key',
        `"${key}" says nothing without "otlp"; write "otlp: {}", or where to send`,
        { part: 'key' },
      );
  if (otlp.value !== undefined && node.get('traces').flag() === false && node.get('metrics').flag() === false)
    reporter.report(
      otlp,
      'schema/exclusive-keys',
      'with neither traces nor metrics nothing is sent; leave "otlp" out, or one of them on',
      { part: 'key' },
    );
}

/** Spans and measurements go to two addresses below that of the collector. */
function checkEndpoint(reporter: Reporter, node: Node): void {
  checkUrl(reporter, node);
  const endpoint = node.text() ?? '';
  const base = endpoint.replace(/\/v1\/(?:traces|metrics|logs)\/?$/, '');
  if (base !== endpoint)
    reporter.report(
      node,
      'schema/bad-format',
      `"/v1/traces" and "/v1/metrics" are added to the address; write "${base}"`,
    );
}
