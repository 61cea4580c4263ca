import { trace } from '@opentelemetry/api';
import { expect } from 'chai';
import { createEngine } from '../../engine/engine.ts';
import type { Store } from '../../engine/ports/store.ts';
import { openMemoryStore } from '../../engine/adapters/store/memory.ts';
import { createServer } from '../../engine/server/index.ts';
import { createTelemetry } from '../../engine/telemetry/index.ts';
import { instruments } from '../../engine/telemetry/instruments.ts';
import { programOf } from '../fakes/project.ts';
import { files } from './files.ts';

describe('the gauge of work', () => {
  it('counts that of engines that are open', async () => {
    const telemetry = createTelemetry();
    const states = (): number =>
      telemetry.meters.read().find(({ spec }) => spec === instruments.queueDepth)?.series.length ?? 0;
    for (let count = 0; count < 2; count += 1) {
      const engine = await createEngine({ program: await programOf(files), store: 'memory', telemetry });
      await engine.agents.session('lead', 'one').prompt('use a tool');
      expect(states()).to.equal(3);
      await engine.close();
      expect(states()).to.equal(0);
    }
  });
});

describe('an engine that cannot start', () => {
  it('leaves nothing behind in telemetry that goes on', async () => {
    const telemetry = createTelemetry();
    const closed: Store = {
      ...openMemoryStore(),
      documents: {
        ...openMemoryStore().documents,
        get: () => Promise.reject(new Error('the disk is gone')),
        set: () => Promise.reject(new Error('the disk is gone')),
      },
    };
    const program = await programOf(files);
    const failed = await createEngine({ program, store: closed, telemetry }).catch(
      (thrown: unknown) => thrown,
    );
    expect(failed).to.be.instanceOf(Error);
    expect(telemetry.meters.read()).to.deep.equal([]);
  });
});

describe('telemetry that nobody uses yet', () => {
  it('has no timer', () => {
    const { setInterval } = globalThis;
    let timers = 0;
    globalThis.setInterval = (...given: Parameters<typeof setInterval>) => {
      timers += 1;
      return setInterval(...given);
    };
    try {
      const telemetry = createTelemetry({ tracerProvider: trace.getTracerProvider() });
      expect(timers).to.equal(0);
      expect(telemetry.tracing).to.equal(telemetry.tracing).and.not.to.equal(undefined);
      expect(timers).to.equal(1);
      void telemetry.close();
    } finally {
      globalThis.setInterval = setInterval;
    }
  });
});

describe('GET /metrics', () => {
  it('gives what was measured as Prometheus reads it', async () => {
    const engine = await createEngine({ program: await programOf(files), store: 'memory' });
    const server = createServer(engine, { port: 0 });
    const { url } = await server.listen();
    try {
      await engine.agents.session('lead', 'secret-customer-17').prompt('use a tool');
      await engine.workflows.run('outer');
      await fetch(`${url}/agents/lead/secret-customer-17/nowhere/at/all`);
      await fetch(`${url}/runs/workflow:outer:0`);
      const response = await fetch(`${url}/metrics`);
      const text = await response.text();
      expect(response.headers.get('content-type')).to.equal('text/plain; version=0.0.4; charset=utf-8');
      const samples = samplesOf(text);
      expect(samples.get('engine_runs_started_total{workflow="outer"}')).to.equal(1);
      expect(samples.get('engine_runs_ended_total{workflow="outer",state="succeeded"}')).to.equal(1);
      expect(samples.get('engine_tool_calls_total{tool="look",outcome="ok"}')).to.equal(1);
      expect(
        samples.get(
          'gen_ai_client_token_usage_count{gen_ai_operation_name="chat",gen_ai_provider_name="script",gen_ai_request_model="lead",gen_ai_token_type="input"}',
        ),
      ).to.be.at.least(2);
      expect(
        samples.get(
          'http_server_request_duration_seconds_count{http_request_method="GET",http_route="/runs/:id",http_response_status_code="404"}',
        ),
      ).to.equal(1);
      expect(samples.get('http_server_active_requests')).to.equal(1);
      expect(samples.get('nodejs_eventloop_delay_p99_seconds')).to.be.a('number');
      expect(text).not.to.include('secret-customer');
      expect(text).not.to.include('nowhere');
    } finally {
      await server.close();
      await engine.close();
    }
  });

  it('tells each value once where an engine has several servers', async () => {
    const engine = await createEngine({ program: await programOf(files), store: 'memory' });
    const servers = [createServer(engine, { port: 0 }), createServer(engine, { port: 0 })];
    const [first, second] = await Promise.all(servers.map((server) => server.listen()));
    try {
      const text = await (await fetch(`${first?.url ?? ''}/metrics`)).text();
      const names = text.split('\n').flatMap((line) => (/^[^#\s]+ /.exec(line) ?? []).slice(0, 1));
      expect(names).to.deep.equal([...new Set(names)]);
      await servers[0]?.close();
      const left = await (await fetch(`${second?.url ?? ''}/metrics`)).text();
      expect(samplesOf(left).get('http_server_active_requests')).to.equal(1);
    } finally {
      await Promise.all(servers.map((server) => server.close()));
      await engine.close();
    }
  });

  it('is not there when measurements are off', async () => {
    const off = { ...files, 'engine.yaml': { ...files['engine.yaml'], telemetry: { metrics: false } } };
    const engine = await createEngine({ program: await programOf(off), store: 'memory' });
    const server = createServer(engine, { port: 0 });
    const { url } = await server.listen();
    try {
      expect((await fetch(`${url}/metrics`)).status).to.equal(404);
    } finally {
      await server.close();
      await engine.close();
    }
  });
});

/** Every sample of a text of Prometheus, each line of which must be one or a comment. */
function samplesOf(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  for (const line of text.trimEnd().split('\n')) {
    if (line.startsWith('# ')) continue;
    const found = /^([a-zA-Z_:][a-zA-Z0-9_:]*(?:\{(?:[a-zA-Z_]\w*="(?:[^"\\]|\\.)*",?)*\})?) (\S+)$/.exec(
      line,
    );
    if (found === null || Number.isNaN(Number(found[2]))) throw new Error(`no sample: ${line}`);
    samples.set(found[1] ?? '', Number(found[2]));
  }
  return samples;
}
