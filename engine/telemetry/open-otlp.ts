import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as Metrics from '@opentelemetry/sdk-metrics';
import type * as Traces from '@opentelemetry/sdk-trace-node';
import type * as MetricExport from '@opentelemetry/exporter-metrics-otlp-http';
import type * as TraceExport from '@opentelemetry/exporter-trace-otlp-http';
import type * as Resources from '@opentelemetry/resources';
import { Problem } from '../core/problem.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import { createTelemetry } from './create-telemetry.ts';
import { createSendFailures, type SendFailures } from './tell-failures.ts';

/** Where and what to send. */
export interface OtlpOptions {
  /** Undefined: as the environment says. */
  readonly endpoint: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly traces: boolean;
  readonly metrics: boolean;
  readonly content: boolean;
  readonly propagate: readonly string[];
  readonly serviceName: string;
  readonly version: string;
  /** Folder of the project, whose packages come first. */
  readonly root: string;
}

/** Packages that are needed, and not installed with the engine. */
const packages = {
  traces: ['@opentelemetry/sdk-trace-node', '@opentelemetry/exporter-trace-otlp-http'],
  metrics: ['@opentelemetry/sdk-metrics', '@opentelemetry/exporter-metrics-otlp-http'],
} as const;
const resources = '@opentelemetry/resources';

/** Longest time that is waited for what is left to be sent, in milliseconds; where nothing could be sent before, and else. */
const closeMs = { failing: 500, else: 5_000 } as const;

/**
 * Telemetry that is sent over OTLP with the OpenTelemetry SDK, which is loaded now and reads its usual environment variables. What
 * cannot be sent is told once, as a warning of the process.
 * Throws Problem `invalid_project` when packages are missing.
 */
export function openOtlp(options: OtlpOptions): Telemetry {
  const resource = resourceOf(options);
  const failures = createSendFailures((line) => process.emitWarning(line));
  const spans = options.traces ? openTraces(options, resource, failures) : undefined;
  const meters = options.metrics ? openMetrics(options, resource, failures) : undefined;
  const { content, propagate, version } = options;
  return createTelemetry(
    {
      content,
      propagate,
      version,
      ...(spans === undefined ? {} : { tracerProvider: spans }),
      ...(meters === undefined ? {} : { meterProvider: meters }),
    },
    {
      async shutdown() {
        const ms = failures.isFailing ? closeMs.failing : closeMs.else;
        const ended = Promise.allSettled([spans?.shutdown(), meters?.shutdown({ timeoutMillis: ms })]);
        if (!(await within(ms, ended))) failures.tell(`what was left was not taken in ${ms / 1000} s`);
      },
    },
  );
}

function resourceOf({ serviceName, version, root }: OtlpOptions): Resources.Resource {
  const { resourceFromAttributes, defaultResource, detectResources, envDetector } = load<typeof Resources>(
    resources,
    root,
  );
  return defaultResource()
    .merge(resourceFromAttributes({ 'service.name': serviceName }))
    .merge(resourceFromAttributes(version === '' ? {} : { 'flue_engine.version': version }))
    .merge(withoutName(detectResources({ detectors: [envDetector] }), resourceFromAttributes));
}

/** The name is decided already. */
function withoutName(
  detected: Resources.Resource,
  make: typeof Resources.resourceFromAttributes,
): Resources.Resource {
  const { 'service.name': _name, ...more } = detected.attributes;
  return make(more);
}

function openTraces(
  { endpoint, headers, root }: OtlpOptions,
  resource: Resources.Resource,
  failures: SendFailures,
): Traces.NodeTracerProvider {
  const [sdk, exporter] = packages.traces;
  const { NodeTracerProvider, BatchSpanProcessor } = load<typeof Traces>(sdk, root);
  const { OTLPTraceExporter } = load<typeof TraceExport>(exporter, root);
  const to = new OTLPTraceExporter({ headers: { ...headers }, ...urlOf(endpoint, 'traces') });
  failures.watch(to);
  return new NodeTracerProvider({ resource, spanProcessors: [new BatchSpanProcessor(to)] });
}

function openMetrics(
  { endpoint, headers, root }: OtlpOptions,
  resource: Resources.Resource,
  failures: SendFailures,
): Metrics.MeterProvider {
  const [sdk, exporter] = packages.metrics;
  const { MeterProvider, PeriodicExportingMetricReader } = load<typeof Metrics>(sdk, root);
  const { OTLPMetricExporter } = load<typeof MetricExport>(exporter, root);
  const to = new OTLPMetricExporter({ headers: { ...headers }, ...urlOf(endpoint, 'metrics') });
  failures.watch(to);
  const every = Number(process.env['OTEL_METRIC_EXPORT_INTERVAL'] ?? 60_000);
  const exportIntervalMillis = every > 0 ? every : 60_000;
  const reader = new PeriodicExportingMetricReader({
    exporter: to,
    exportIntervalMillis,
    exportTimeoutMillis: Math.min(exportIntervalMillis, 30_000),
  });
  return new MeterProvider({ resource, readers: [reader] });
}

function urlOf(endpoint: string | undefined, signal: string): { url?: string } {
  return endpoint === undefined ? {} : { url: `${endpoint.replace(/\/+$/, '')}/v1/${signal}` };
}

/** A package as the project has it installed, else as the engine has. */
function load<T>(name: string, root: string): T {
  for (const from of [join(root, 'package.json'), import.meta.url]) {
    try {
      return createRequire(from)(name) as T;
    } catch (thrown) {
      const code = thrown instanceof Error && 'code' in thrown ? thrown.code : '';
      if (code !== 'MODULE_NOT_FOUND') throw thrown;
    }
  }
  const all = [...packages.traces, ...packages.metrics, resources].join(' ');
  throw new Problem(
    'invalid_project',
    `"telemetry.otlp" needs the package "${name}", which is not installed; run: npm install ${all}`,
  );
}

/** Whether work ends within a time. */
async function within(ms: number, work: Promise<unknown>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
    timer.unref();
  });
  const isInTime = await Promise.race([work.then(() => true), late]);
  clearTimeout(timer);
  return isInTime;
}
