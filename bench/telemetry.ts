import { BatchSpanProcessor, InMemorySpanExporter, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import type { EngineOptions } from '../engine/api.ts';
import { createTelemetry } from '../engine/telemetry/index.ts';
import { instantModels } from './turn/instant-models.ts';
import { measure, print, type Subject } from './turn/measure.ts';
import { startEngine } from './turn/start-engine.ts';

/*
 * What it costs to be looked at: a prompt to an engine in memory whose model answers at once, without telemetry but the measurements
 * every engine makes, and with spans that a batch processor takes. `npx tsx bench/telemetry.ts [samples]`.
 */

const samples = Number(process.argv[2] ?? 2000);

const sent = new NodeTracerProvider({
  spanProcessors: [new BatchSpanProcessor(new InMemorySpanExporter(), { maxQueueSize: 4096 })],
});
const subjects = [
  await subject('without traces'),
  await subject('an observer', { observers: [() => undefined] }),
  await subject('traces', { telemetry: createTelemetry({ tracerProvider: sent }) }),
  await subject('traces with content', {
    telemetry: createTelemetry({ tracerProvider: sent, content: true }),
  }),
];
print('prompt', await measure(subjects, samples));
for (const { close } of subjects) await close?.();
await sent.shutdown();

async function subject(name: string, options: EngineOptions = {}): Promise<Subject> {
  const { engine, close } = await startEngine('memory', instantModels(), options);
  let turns = 0;
  return {
    name,
    turn: () => engine.agents.session('bench', `i${Math.floor((turns += 1) / 20)}`).prompt('Hello'),
    close,
  };
}
