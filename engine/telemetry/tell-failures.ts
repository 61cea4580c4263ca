/** What exporters of OpenTelemetry have in common. */
interface Exporter<Items, Result extends { readonly code: number; readonly error?: Error }> {
  export(items: Items, done: (result: Result) => void): void;
}

/** Tells of what cannot be sent: once, until something can be sent again. */
export interface SendFailures {
  /** Whether what was sent last failed. */
  readonly isFailing: boolean;
  /** Has an exporter tell of its failures too. */
  watch<Items, Result extends { readonly code: number; readonly error?: Error }>(
    exporter: Exporter<Items, Result>,
  ): void;
  /** Tells of a failure. */
  tell(why: string): void;
}

/**
 * No failure yet.
 * @param warn receives a line for people.
 */
export function createSendFailures(warn: (line: string) => void): SendFailures {
  let isFailing = false;
  const tell = (why: string): void => {
    if (!isFailing) warn(`telemetry cannot be sent over OTLP, and is dropped: ${why}`);
    isFailing = true;
  };
  return {
    get isFailing() {
      return isFailing;
    },
    watch(exporter) {
      const send = exporter.export.bind(exporter);
      exporter.export = (items, done) =>
        send(items, (result) => {
          if (result.code === 0) isFailing = false;
          else tell(oneLine(result.error) ?? 'the collector refused it');
          done(result);
        });
    },
    tell,
  };
}

function oneLine(error: Error | undefined): string | undefined {
  const text = error?.message.split('\n')[0]?.trim() ?? '';
  return text === '' ? undefined : text;
}
