import type { MeterProvider, TracerProvider } from '@opentelemetry/api';
import type { Telemetry } from '../ports/telemetry.ts';
import { createMeters } from './create-meters.ts';
import { createTracing, shareTraces } from './create-tracing.ts';
import { mirrorMeters } from './mirror-meters.ts';

/** What telemetry is made with. Providers stay the caller's, who shuts them down. */
export interface TelemetryOptions {
  /** Makes the spans; default: there are none. */
  readonly tracerProvider?: TracerProvider;
  /** Receives measurements too; `/metrics` has them in any case. */
  readonly meterProvider?: MeterProvider;
  /** Spans hold messages, and the arguments and results of tools; default false. */
  readonly content?: boolean;
  /** Milliseconds after which spans of work that nothing is heard of end; what goes on gets new ones, with a link. Default 10 minutes. */
  readonly idleMs?: number;
  /** Most runs and messages that spans are held open for; default 10000. */
  readonly maxOpen?: number;
  /** Hosts that calls of models, HTTP tools and MCP servers send trace headers to: names, `name:port`, `*.domain`. Default none. */
  readonly propagate?: readonly string[];
  /** Version told to the providers; default none. */
  readonly version?: string;
}

/**
 * Telemetry for `createEngine`: spans and measurements on the API of OpenTelemetry alone. Several engines may have the same.
 *
 * @example
 * const engine = await createEngine({ telemetry: createTelemetry({ tracerProvider, meterProvider }) });
 */
export function createTelemetry(
  options: TelemetryOptions = {},
  around: { readonly shutdown?: () => Promise<void> } = {},
): Telemetry {
  const { tracerProvider, meterProvider, content = false, idleMs = 600_000, maxOpen = 10_000 } = options;
  const { propagate = [], version = '' } = options;
  const meters = createMeters(meterProvider === undefined ? undefined : mirrorMeters(meterProvider, version));
  const shared = tracerProvider === undefined ? undefined : shareTraces(tracerProvider, version, propagate);
  const share = (): Telemetry => {
    const tracing = shared === undefined ? undefined : createTracing(shared, { content, idleMs, maxOpen });
    return {
      meters,
      ...(tracing === undefined ? {} : { tracing }),
      close: async () => tracing?.close(),
    };
  };
  let own: Telemetry | undefined;
  const whole: Telemetry = {
    meters,
    share,
    async close() {
      await own?.close();
      await around.shutdown?.().catch(() => undefined);
    },
  };
  if (shared === undefined) return whole;
  // Made when it is asked for: engines have traces of their own, and those of nobody would be tidied in vain.
  return Object.defineProperty(whole, 'tracing', {
    enumerable: true,
    get: () => (own ??= share()).tracing,
  });
}
