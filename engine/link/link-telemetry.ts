import type { TelemetrySettings } from '../program/telemetry-settings.ts';
import type { Node } from '../source/index.ts';
import type { Reporter } from './context.ts';
import { textsOf } from './scalars.ts';
import { checkUrl } from './url.ts';
import type { Visible } from './visible.ts';
import { linkValues } from './text.ts';

/** What is told of the engine: nothing is sent, and measurements are served, unless the config says otherwise. */
export function linkTelemetry(reporter: Reporter, node: Node, visible: Visible): TelemetrySettings {
  const otlp = node.get('otlp');
  checkEndpoint(reporter, otlp.get('endpoint'));
  return {
    otlp:
      otlp.value === undefined
        ? undefined
        : {
            endpoint: otlp.get('endpoint').text(),
            headers: linkValues(reporter, otlp.get('headers'), visible),
          },
    traces: node.get('traces').flag() ?? true,
    metrics: node.get('metrics').flag() ?? true,
    content: node.get('content').flag() ?? false,
    propagate: textsOf(node.get('propagate')),
    serviceName: node.get('serviceName').text(),
  };
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
