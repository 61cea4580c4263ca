import { expect } from 'chai';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { openMemoryStore } from '../../engine/adapters/store/memory.ts';
import { insideOf } from '../../engine/api/inside.ts';
import type { Engine, EngineOptions } from '../../engine/api.ts';
import { createEngine } from '../../engine/engine.ts';
import type { Store } from '../../engine/ports/store.ts';
import { createTelemetry } from '../../engine/telemetry/index.ts';
import { prometheusText } from '../../engine/telemetry/prometheus.ts';
import { programOf, projectOf, writeFiles } from '../fakes/project.ts';
import { delivery, fulfil, projectOfHook, receive, secret, type Receiver } from './kit.ts';

describe('measurements of callbacks', () => {
  let receiver: Receiver;
  let status = 500;
  let engine: Engine | undefined;

  beforeEach(async () => {
    status = 500;
    receiver = await receive((response) => void response.writeHead(status).end());
  });
  afterEach(async () => {
    await engine?.close();
    engine = undefined;
    receiver.close();
  });

  async function start(folder: string, options: EngineOptions = {}): Promise<Engine> {
    const program = await programOf(folder);
    return (engine = await createEngine({ program, store: 'memory', env: { HOOK: secret }, ...options }));
  }

  const measured = (own: Engine): string[] =>
    prometheusText(insideOf(own).telemetry.meters.read())
      .split('\n')
      .filter((line) => line.startsWith('engine_callbacks'));

  async function until(own: Engine, ...lines: string[]): Promise<void> {
    while (lines.some((line) => !measured(own).includes(line))) await new Promise(setImmediate);
  }

  it('tell what waits, attempts and ends, by callback', async () => {
    const folder = projectOf(projectOfHook(receiver.url, { retry: { delay: '1h' } }));
    const own = await start(folder);
    expect(measured(own)).to.deep.equal(['engine_callbacks_waiting{callback="hook"} 0']);
    await fulfil(own, 1);
    await until(
      own,
      'engine_callbacks_attempts_total{callback="hook",outcome="error",error_type="callback_failed"} 1',
      'engine_callbacks_waiting{callback="hook"} 1',
    );
    status = 200;
    await fulfil(own, 2);
    const ok = 'engine_callbacks_attempts_total{callback="hook",outcome="ok"}';
    const taken = 'engine_callbacks_ended_total{callback="hook",state="succeeded"}';
    await until(own, `${ok} 1`, `${taken} 1`, 'engine_callbacks_waiting{callback="hook"} 1');
    const [waits] = await own.callbacks.list({ states: ['waiting'] });
    await own.callbacks.redeliver(waits?.id ?? '');
    await until(own, `${ok} 2`, `${taken} 2`, 'engine_callbacks_waiting{callback="hook"} 0');
    status = 410;
    await fulfil(own, 3);
    await until(
      own,
      'engine_callbacks_ended_total{callback="hook",state="failed"} 1',
      'engine_callbacks_waiting{callback="hook"} 0',
    );
    // What had ended waits again.
    status = 500;
    const [failed] = await own.callbacks.list({ states: ['failed'] });
    await own.callbacks.redeliver(failed?.id ?? '');
    await until(own, 'engine_callbacks_waiting{callback="hook"} 1');
  });

  it('count what waited before the start, and what goes with its session', async () => {
    const folder = projectOf(projectOfHook(receiver.url, { retry: { delay: '1h' } }));
    const store: Store = { ...openMemoryStore(), close: async () => undefined };
    const own = await start(folder, { store });
    await own.agents.session('clerk', 'ada').prompt('Hello');
    await delivery(own, ({ state }) => state === 'waiting');
    await fulfil(own);
    await until(own, 'engine_callbacks_waiting{callback="hook"} 2');
    await own.close();
    writeFiles(folder, { 'engine.yaml': { name: 'told', model: 'script/m' } });
    const next = await start(folder, { store });
    // Also for a callback that is gone.
    await until(next, 'engine_callbacks_waiting{callback="hook"} 2');
    expect(measured(next)).to.deep.equal(['engine_callbacks_waiting{callback="hook"} 2']);
    await next.agents.session('clerk', 'ada').delete({ records: true });
    expect(measured(next)).to.deep.equal(['engine_callbacks_waiting{callback="hook"} 1']);
  });

  it('are those of OpenTelemetry too', async () => {
    const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 60_000 });
    const meterProvider = new MeterProvider({ readers: [reader] });
    const folder = projectOf(projectOfHook(receiver.url, { retry: { delay: '1h' } }));
    const own = await start(folder, { telemetry: createTelemetry({ meterProvider }) });
    await fulfil(own);
    await delivery(own, ({ state }) => state === 'waiting');
    await reader.forceFlush();
    const found = exporter
      .getMetrics()
      .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics))
      .filter(({ descriptor }) => descriptor.name.startsWith('engine.callbacks'))
      .map(({ descriptor, dataPoints }) => [
        descriptor.name,
        dataPoints.map(({ value, attributes }) => ({ value, ...attributes })),
      ]);
    expect(Object.fromEntries(found)).to.deep.equal({
      'engine.callbacks.attempts': [
        { value: 1, callback: 'hook', outcome: 'error', 'error.type': 'callback_failed' },
      ],
      'engine.callbacks.waiting': [{ value: 1, callback: 'hook' }],
    });
    await meterProvider.shutdown();
  });
});
