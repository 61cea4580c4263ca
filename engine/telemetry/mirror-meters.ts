import type { Counter, Histogram, Meter, MeterProvider, ObservableGauge } from '@opentelemetry/api';
import type { InstrumentSpec } from '../ports/meters.ts';
import type { Mirror } from './create-meters.ts';

/** Gives every measurement to instruments of an OpenTelemetry provider too. */
export function mirrorMeters(provider: MeterProvider, version: string): Mirror {
  const meter = provider.getMeter('flue-engine', version);
  const counters = new Map<string, Counter>();
  const histograms = new Map<string, Histogram>();
  const gauges = new Map<string, ObservableGauge>();
  return {
    record(spec, value, labels) {
      if (spec.kind === 'histogram')
        once(histograms, spec, () => createHistogram(meter, spec)).record(value, labels);
      else once(counters, spec, () => meter.createCounter(spec.name, about(spec))).add(value, labels);
    },
    watch(spec, read) {
      const gauge = once(gauges, spec, () => meter.createObservableGauge(spec.name, about(spec)));
      const look: Parameters<ObservableGauge['addCallback']>[0] = (result) => {
        for (const { value, labels } of read()) result.observe(value, { ...labels });
      };
      gauge.addCallback(look);
      return () => gauge.removeCallback(look);
    },
  };
}

function createHistogram(meter: Meter, spec: InstrumentSpec): Histogram {
  const { buckets = [] } = spec;
  return meter.createHistogram(spec.name, {
    ...about(spec),
    advice: { explicitBucketBoundaries: [...buckets] },
  });
}

function about({ description, unit }: InstrumentSpec): { description: string; unit: string } {
  return { description, unit };
}

function once<T>(all: Map<string, T>, { name }: InstrumentSpec, make: () => T): T {
  const made = all.get(name) ?? make();
  all.set(name, made);
  return made;
}
