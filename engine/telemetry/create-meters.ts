import type { InstrumentSpec, Labels, Measured, Meters, Series } from '../ports/meters.ts';

/** Most series of one instrument; measurements with yet other labels go into one series whose labels all say `other`. */
const maxSeries = 500;

/** Receives every measurement too, such as instruments of OpenTelemetry. */
export interface Mirror {
  record(spec: InstrumentSpec, value: number, labels: Labels): void;
  watch(
    spec: InstrumentSpec,
    read: () => readonly { readonly value: number; readonly labels?: Labels }[],
  ): () => void;
}

interface Held {
  readonly labels: Labels;
  value: number;
  count: number;
  readonly buckets: number[];
}

type Read = Parameters<Meters['watch']>[1];

/** A gauge, and all who tell its value. */
interface Watched {
  readonly spec: InstrumentSpec;
  readonly reads: Set<Read>;
  stop?: (() => void) | undefined;
}

/** Instruments in memory. */
export function createMeters(mirror?: Mirror): Meters {
  const held = new Map<string, { readonly spec: InstrumentSpec; readonly series: Map<string, Held> }>();
  const watched = new Map<string, Watched>();

  return {
    record(spec, value, labels = {}) {
      if (!Number.isFinite(value)) return;
      const instrument = held.get(spec.name) ?? { spec, series: new Map<string, Held>() };
      held.set(spec.name, instrument);
      const series = seriesOf(instrument.series, spec, labels);
      series.value += value;
      series.count += 1;
      if (spec.buckets !== undefined) count(series.buckets, spec.buckets, value);
      quietly(() => mirror?.record(spec, value, series.labels));
    },
    watch(spec, read) {
      const gauge = watched.get(spec.name) ?? { spec, reads: new Set<Read>() };
      watched.set(spec.name, gauge);
      gauge.reads.add(read);
      if (gauge.reads.size === 1) quietly(() => (gauge.stop = mirror?.watch(spec, () => told(gauge))));
      return () => {
        if (!gauge.reads.delete(read) || gauge.reads.size > 0) return;
        watched.delete(spec.name);
        quietly(() => gauge.stop?.());
      };
    },
    read() {
      const all = new Map<string, Measured>();
      for (const { spec, series } of held.values())
        all.set(spec.name, { spec, series: [...series.values()].map((one) => shown(spec, one)) });
      for (const gauge of watched.values())
        all.set(gauge.spec.name, { spec: gauge.spec, series: told(gauge) });
      return [...all.values()].sort((a, b) => (a.spec.name < b.spec.name ? -1 : 1));
    },
  };
}

/** What all who watch a gauge tell together: several servers of an engine hold their connections all at once. */
function told({ spec, reads }: Watched): readonly Series[] {
  const all = new Map<string, Series>();
  for (const read of reads)
    quietly(() => {
      for (const { value, labels = {} } of read()) {
        const key = keyOf(labels);
        const before = all.get(key)?.value ?? 0;
        all.set(key, { labels, value: spec.isOfProcess === true ? Math.max(before, value) : before + value });
      }
    });
  return [...all.values()];
}

function seriesOf(all: Map<string, Held>, { buckets = [] }: InstrumentSpec, labels: Labels): Held {
  const key = keyOf(labels);
  const known = all.get(key);
  if (known !== undefined) return known;
  const fits = all.size < maxSeries;
  const used = fits ? labels : Object.fromEntries(Object.keys(labels).map((name) => [name, 'other']));
  const usedKey = fits ? key : keyOf(used);
  const made = all.get(usedKey) ?? {
    labels: used,
    value: 0,
    count: 0,
    buckets: Array.from({ length: buckets.length + 1 }, () => 0),
  };
  all.set(usedKey, made);
  return made;
}

function keyOf(labels: Labels): string {
  let key = '';
  for (const name in labels) key += `${name}\u0000${labels[name] ?? ''}\u0000`;
  return key;
}

function count(counts: number[], bounds: readonly number[], value: number): void {
  const found = bounds.findIndex((bound) => value <= bound);
  const place = found < 0 ? bounds.length : found;
  counts[place] = (counts[place] ?? 0) + 1;
}

function shown({ kind }: InstrumentSpec, { labels, value, count, buckets }: Held): Series {
  return kind === 'histogram' ? { labels, value, count, buckets: [...buckets] } : { labels, value };
}

function quietly(act: () => void): void {
  try {
    act();
  } catch {
    // What is measured never harms what is done.
  }
}
