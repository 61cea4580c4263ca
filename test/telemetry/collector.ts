import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

/** A span as OTLP writes it in JSON. */
export interface SentSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly attributes: readonly { readonly key: string; readonly value: unknown }[];
}

/** A collector of OTLP over HTTP that keeps what it is sent. */
export interface Collector {
  readonly url: string;
  readonly spans: SentSpan[];
  readonly metrics: string[];
  readonly resources: unknown[];
  readonly headers: IncomingMessage['headers'][];
  /** Everything it was sent. */
  text(): string;
  close(): Promise<void>;
}

/** Starts a collector on a free port. With `status` it refuses everything. */
export async function startCollector(status = 200): Promise<Collector> {
  const bodies: string[] = [];
  const spans: SentSpan[] = [];
  const metrics: string[] = [];
  const resources: unknown[] = [];
  const headers: IncomingMessage['headers'][] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const raw = Buffer.concat(pieces);
      const body = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw).toString();
      bodies.push(body);
      headers.push(request.headers);
      const sent = JSON.parse(body) as {
        resourceSpans?: { resource: unknown; scopeSpans: { spans: SentSpan[] }[] }[];
        resourceMetrics?: { scopeMetrics: { metrics: { name: string }[] }[] }[];
      };
      for (const { resource, scopeSpans } of sent.resourceSpans ?? []) {
        resources.push(resource);
        spans.push(...scopeSpans.flatMap((scope) => scope.spans));
      }
      for (const { scopeMetrics } of sent.resourceMetrics ?? [])
        metrics.push(...scopeMetrics.flatMap((scope) => scope.metrics.map(({ name }) => name)));
      response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ spans, metrics, resources, headers },
    text: () => bodies.join('\n'),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
