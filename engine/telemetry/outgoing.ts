import { AsyncLocalStorage } from 'node:async_hooks';
import type { Span } from '@opentelemetry/api';
import type { Outgoing } from '../ports/telemetry.ts';
import { writePlace } from './trace-place.ts';

/** What requests are sent from, and which of them tell it. */
export interface OutgoingTraces {
  /** Requests of the work that goes on from here are made in this span. */
  enter(span: Span): void;
  readonly headers: Outgoing;
}

/**
 * Trace headers for requests to these hosts, each a name, `name:port` or `*.domain`; undefined when there are none. The work that begins
 * a span goes on in the same call, so that its requests are known by where they are made from.
 */
export function createOutgoing(hosts: readonly string[]): OutgoingTraces | undefined {
  if (hosts.length === 0) return undefined;
  const current = new AsyncLocalStorage<Span>();
  return {
    enter: (span) => current.enterWith(span),
    headers(url) {
      const span = current.getStore();
      if (span === undefined || !hosts.some((host) => fits(host.toLowerCase(), url))) return {};
      return { ...writePlace(span.spanContext()) };
    },
  };
}

function fits(host: string, { hostname, host: withPort }: URL): boolean {
  if (host.startsWith('*.')) return hostname.endsWith(host.slice(1));
  return host === hostname || host === withPort;
}
