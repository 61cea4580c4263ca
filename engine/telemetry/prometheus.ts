import type { InstrumentSpec, Labels, Measured, Series } from '../ports/meters.ts';

/** Media type of the text. */
export const prometheusType = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * What was measured in the text format of Prometheus. Names are written as its convention wants: dots become `_`, the unit and
 * `_total` of counters stand at the end.
 */
export function prometheusText(measured: readonly Measured[]): string {
  return measured.map(family).join('');
}

function family({ spec, series }: Measured): string {
  const name = metricName(spec);
  const lines = [
    `# HELP ${name} ${spec.description.replace(/\\/g, '\\\\').replace(/\n/g, '\\n')}`,
    `# TYPE ${name} ${spec.kind}`,
    ...series.flatMap((one) =>
      spec.kind === 'histogram' ? histogram(name, spec, one) : [sample(name, one)],
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function sample(name: string, { labels, value }: Series): string {
  return `${name}${labelText(labels)} ${value}`;
}

function histogram(name: string, { buckets: bounds = [] }: InstrumentSpec, series: Series): string[] {
  const { labels, value, count = 0, buckets = [] } = series;
  let below = 0;
  const lines = bounds.map((bound, place) => {
    below += buckets[place] ?? 0;
    return `${name}_bucket${labelText({ ...labels, le: String(bound) })} ${below}`;
  });
  return [
    ...lines,
    `${name}_bucket${labelText({ ...labels, le: '+Inf' })} ${count}`,
    `${name}_sum${labelText(labels)} ${value}`,
    `${name}_count${labelText(labels)} ${count}`,
  ];
}

const units: Readonly<Record<string, string>> = { s: '_seconds', By: '_bytes', '{USD}': '_usd' };

/** Name of an instrument in Prometheus. */
function metricName({ name, unit, kind }: InstrumentSpec): string {
  return `${name.replace(/[^a-zA-Z0-9]/g, '_')}${units[unit] ?? ''}${kind === 'counter' ? '_total' : ''}`;
}

function labelText(labels: Labels): string {
  const all = Object.entries(labels).map(
    ([name, value]) => `${name.replace(/[^a-zA-Z0-9]/g, '_')}="${escape(value)}"`,
  );
  return all.length === 0 ? '' : `{${all.join(',')}}`;
}

function escape(value: string): string {
  return value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');
}
