import { type Span, type Tracer, type TracerProvider } from '@opentelemetry/api';
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { expect } from 'chai';
import type { EngineOptions } from '../../engine/api.ts';
import type { EngineEvent } from '../../engine/core/event.ts';
import { createEngine } from '../../engine/engine.ts';
import { createTracing, shareTraces } from '../../engine/telemetry/create-tracing.ts';
import { createTelemetry } from '../../engine/telemetry/index.ts';
import { programOf } from '../fakes/project.ts';
import { files } from './files.ts';

describe('what looks on', () => {
  const answerWith = async (options: EngineOptions): Promise<string> => {
    const engine = await createEngine({ program: await programOf(files), store: 'memory', ...options });
    const { text } = await engine.agents.session('lead', 'one').prompt('use a tool');
    await engine.workflows.run('outer');
    await engine.close();
    return text;
  };

  it('does no harm when it throws, rejects, or never ends', async () => {
    const observers = [
      () => {
        throw new Error('broken');
      },
      () => Promise.reject(new Error('broken')),
      () => new Promise<void>(() => undefined),
    ];
    expect(await answerWith({ observers })).to.equal('done');
  });

  it('does no harm when its tracer or its meter is broken', async () => {
    const broken = new Proxy({} as never, {
      get() {
        throw new Error('broken');
      },
    });
    const tracer = { startSpan: () => broken as Span, startActiveSpan: () => undefined } as unknown as Tracer;
    const throwing: TracerProvider = { getTracer: () => tracer };
    expect(await answerWith({ telemetry: createTelemetry({ tracerProvider: throwing }) })).to.equal('done');
    const meterProvider = { getMeter: () => broken };
    expect(await answerWith({ telemetry: createTelemetry({ meterProvider }) })).to.equal('done');
  });
});

describe('spans of work that never ends', () => {
  const event = (executionId: string, type: string, data: object, more: object = {}): EngineEvent =>
    ({
      ...{ v: 1, id: '', index: 0, timestamp: '2026-01-01T00:00:00.000Z', executionId, runId: executionId },
      ...{ type, data, ...more },
    }) as EngineEvent;
  const idOf = (number: number): string => `workflow:w:${String(number).padStart(26, '0')}`;
  const make = (maxOpen: number, idleMs: number): ReturnType<typeof createTracing> & { done(): string[] } => {
    const exporter = new InMemorySpanExporter();
    const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    const tracing = createTracing(shareTraces(provider, '', []), { content: false, idleMs, maxOpen });
    const done = (): string[] =>
      exporter.getFinishedSpans().map((span) => `${span.name} ${String(span.attributes['engine.run.id'])}`);
    return { ...tracing, done };
  };

  it('end when there are too many, those heard of least first', async () => {
    const tracing = make(100, 60_000);
    for (let number = 0; number < 250; number += 1)
      tracing.observe(event(idOf(number), 'run_start', { workflow: 'w', input: {}, hash: '' }));
    expect(tracing.done()).to.have.length(150);
    expect(tracing.done()[0]).to.equal(`invoke_workflow w ${idOf(0)}`);
    await tracing.close();
    expect(tracing.done()).to.have.length(250);
  });

  it('end when nothing is heard for long, and begin anew with a link when it goes on', async () => {
    const exporter = new InMemorySpanExporter();
    const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    const tracing = createTracing(shareTraces(provider, '', []), { content: false, idleMs: 20, maxOpen: 10 });
    tracing.observe(event(idOf(1), 'run_start', { workflow: 'w', input: {}, hash: '' }));
    while (exporter.getFinishedSpans().length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    tracing.observe(event(idOf(1), 'step_start', { verb: 'set', attempt: 1 }, { stepPath: 'a' }));
    tracing.observe(
      event(idOf(1), 'step_end', { status: 'succeeded', attempts: 1, durationMs: 0 }, { stepPath: 'a' }),
    );
    await tracing.close();
    const [first, step, again] = exporter.getFinishedSpans();
    expect([first?.name, step?.name, again?.name]).to.deep.equal([
      'invoke_workflow w',
      'step a',
      'invoke_workflow w',
    ]);
    expect(again?.links[0]?.context.spanId).to.equal(first?.spanContext().spanId);
    expect(step?.parentSpanContext?.spanId).to.equal(again?.spanContext().spanId);
    expect(again?.spanContext().traceId).to.equal(first?.spanContext().traceId);
  });
});
