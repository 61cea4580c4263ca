import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { expect } from 'chai';
import { openSqliteStore } from '../../engine/adapters/store/sqlite.ts';
import { createEngine } from '../../engine/engine.ts';
import { createTelemetry } from '../../engine/telemetry/index.ts';
import { placeOf } from '../engine/ac/child-process.ts';
import { startCollector } from './collector.ts';
import { treeOf } from './span-tree.ts';

describe('the trace of a run that is killed', function () {
  this.timeout(120_000);

  it('goes on in the same trace after a restart, with a link to where it began', async () => {
    const collector = await startCollector();
    const place = await placeOf({
      'engine.yaml': {
        model: 'script/m',
        telemetry: { otlp: { endpoint: collector.url }, metrics: false },
      },
      'src/models/m.yaml': { default: { text: 'fine' } },
      'src/workflows/long.yaml': {
        steps: [
          { id: 'first', set: { n: 1 } },
          { id: 'nap', wait: { event: 'wake' } },
          { id: 'last', prompt: 'Think' },
        ],
      },
    });
    const killed = place.start(['run', 'long', '{}'], { OTEL_BSP_SCHEDULE_DELAY: '10' });
    await killed.until(({ event, stepPath }) => event === 'step_start' && stepPath === 'nap');
    while (collector.spans.length === 0) await new Promise((resolve) => setImmediate(resolve));
    killed.child.kill('SIGKILL');
    await killed.exited;

    const exporter = new InMemorySpanExporter();
    const tracerProvider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    const engine = await createEngine({
      project: place.folder,
      store: await openSqliteStore({ path: place.path }),
      telemetry: createTelemetry({ tracerProvider }),
    });
    const [run] = await engine.runs.list();
    await engine.runs.signal(run?.runId ?? '', 'wake');
    await engine.runs.wait(run?.runId ?? '');
    await engine.close();
    await collector.close();

    const [before] = collector.spans;
    const after = exporter.getFinishedSpans();
    expect(before?.name).to.equal('step first');
    expect(treeOf(after)).to.deep.equal([
      'invoke_workflow long',
      '  step last',
      '    invoke_agent workflow:long',
      '      chat m',
    ]);
    expect(new Set(after.map((span) => span.spanContext().traceId))).to.deep.equal(
      new Set([before?.traceId]),
    );
    const resumed = after.find(({ name }) => name === 'invoke_workflow long');
    expect(resumed?.attributes['engine.resumed']).to.equal(true);
    expect(resumed?.links.map(({ context }) => context.spanId)).to.deep.equal([before?.parentSpanId]);
  });
});
