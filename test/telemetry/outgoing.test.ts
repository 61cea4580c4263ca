import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { expect } from 'chai';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createEngine } from '../../engine/engine.ts';
import { createTelemetry } from '../../engine/telemetry/index.ts';
import { programOf } from '../fakes/project.ts';

describe('trace headers of requests', () => {
  it('go to the hosts that may know, from the span that asks, and to nobody else', async () => {
    const seen = new Map<string, (string | undefined)[]>();
    const server = createServer((request, response) => {
      const { traceparent } = request.headers;
      const path = request.url ?? '';
      seen.set(path, [...(seen.get(path) ?? []), typeof traceparent === 'string' ? traceparent : undefined]);
      request.resume();
      response
        .writeHead(path.startsWith('/v1') ? 400 : 200, { 'content-type': 'application/json' })
        .end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    server.unref();
    const { port } = server.address() as AddressInfo;
    const at = (path: string): object => ({ url: `http://127.0.0.1:${port}${path}` });
    const look = (name: string, host: string): object => ({
      ...{ description: 'Looks.', type: 'http', inputSchema: { type: 'object' } },
      request: { url: `http://${host}:${port}/${name}` },
    });
    const program = await programOf({
      'engine.yaml': {
        model: 'local/m',
        providers: { local: { type: 'openai-compatible', baseUrl: `http://127.0.0.1:${port}/v1` } },
      },
      'tools/near.yaml': look('near', '127.0.0.1'),
      'tools/far.yaml': look('far', 'localhost'),
      'workflows/w.yaml': {
        steps: [
          {
            id: 'both',
            parallel: {
              branches: {
                a: [{ id: 'near', tool: 'near' }],
                b: [{ id: 'far', tool: 'far' }],
                c: [{ id: 'again', http: at('/step') }],
              },
            },
          },
          { id: 'think', prompt: 'Hello' },
        ],
      },
    });
    const exporter = new InMemorySpanExporter();
    const tracerProvider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    const telemetry = createTelemetry({ tracerProvider, propagate: ['127.0.0.1'] });
    const engine = await createEngine({ program, store: 'memory', telemetry });
    await engine.workflows.run('w').catch(() => undefined);
    await engine.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));

    const headerOf = (name: string): string => {
      const span = exporter
        .getFinishedSpans()
        .find((one) => one.name === name)
        ?.spanContext();
      return `00-${span?.traceId ?? ''}-${span?.spanId ?? ''}-01`;
    };
    expect(Object.fromEntries(seen)).to.deep.equal({
      '/near': [headerOf('step near')],
      '/far': [undefined],
      '/step': [headerOf('step again')],
      '/v1/chat/completions': [headerOf('chat m')],
    });
  });
});
