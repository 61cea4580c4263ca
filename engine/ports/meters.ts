/** Labels of a measurement: few names, and values of which there are few. Never ids of what users make. */
export type Labels = Readonly<Record<string, string>>;

/** What an instrument measures. */
export interface InstrumentSpec {
  /** As OpenTelemetry calls it, such as `gen_ai.client.token.usage`. */
  readonly name: string;
  readonly kind: 'counter' | 'histogram' | 'gauge';
  readonly description: string;
  /** UCUM unit, such as `s`, `By` or `{token}`. */
  readonly unit: string;
  /** Upper bounds of the buckets of a histogram. */
  readonly buckets?: readonly number[];
  /** All who watch a gauge tell of the same process, so that their values are not added up. */
  readonly isOfProcess?: true;
}

/** One series of an instrument. */
export interface Series {
  readonly labels: Labels;
  /** Of a counter or gauge the value, of a histogram the sum. */
  readonly value: number;
  /** Of a histogram: how many measurements there were, and how many in each bucket and above the last. */
  readonly count?: number;
  readonly buckets?: readonly number[];
}

/** What was measured by one instrument. */
export interface Measured {
  readonly spec: InstrumentSpec;
  readonly series: readonly Series[];
}

/** The instruments of an engine. Contract: nothing here throws, and an instrument holds a bounded number of series. */
export interface Meters {
  /** Adds to a counter, or records into a histogram. */
  record(spec: InstrumentSpec, value: number, labels?: Labels): void;
  /** Has a gauge ask for its value when somebody looks; what several say is added up. The result stops that. */
  watch(
    spec: InstrumentSpec,
    read: () => readonly { readonly value: number; readonly labels?: Labels }[],
  ): () => void;
  /** All of it now, ordered by name. */
  read(): readonly Measured[];
}
