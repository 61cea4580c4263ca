import type { EngineOptions } from '../api.ts';
import type { EngineEvent } from '../core/event.ts';
import type { Secrets } from '../ports/secrets.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import type { Program } from '../program/program.ts';
import { countEvents } from '../telemetry/count-events.ts';
import { createMeters } from '../telemetry/create-meters.ts';
import { readVersion } from './read-version.ts';
import { readHeaders } from './telemetry-headers.ts';

/** Telemetry with what feeds it. */
export interface BoundTelemetry extends Telemetry {
  /** Receives every event when it is emitted. */
  readonly tap: (event: EngineEvent) => void;
}

/**
 * The telemetry of an engine: that of the options, else what the config asks for, else measurements in memory only. Throws Problem
 * `invalid_project` when packages are missing, `missing_secret`.
 */
export async function openTelemetry(
  program: Program,
  options: EngineOptions,
  secrets: Secrets,
): Promise<BoundTelemetry> {
  const given = options.telemetry?.share?.() ?? options.telemetry;
  const telemetry = given ?? (await ofConfig(program, options, secrets));
  const { meters, tracing } = telemetry;
  const { observe, stop } = countEvents(meters);
  return {
    ...telemetry,
    tap(event) {
      void observe(event);
      tracing?.observe(event);
    },
    close() {
      // Meters of the options go on behind this engine.
      stop();
      return telemetry.close();
    },
  };
}

async function ofConfig(
  { name, root, settings }: Program,
  { env = process.env, readOnly }: EngineOptions,
  secrets: Secrets,
): Promise<Telemetry> {
  const { otlp, traces, metrics, content, propagate, serviceName } = settings.telemetry;
  const isOff = env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true';
  if (otlp === undefined || isOff || readOnly === true || !(traces || metrics))
    return { meters: createMeters(), close: () => Promise.resolve() };
  const { openOtlp } = await import('../telemetry/open-otlp.ts');
  return openOtlp({
    endpoint: otlp.endpoint,
    headers: readHeaders(otlp.headers, secrets, settings.env, env),
    ...{ traces, metrics, content, propagate },
    serviceName: serviceName ?? env['OTEL_SERVICE_NAME'] ?? name,
    version: readVersion(),
    root,
  });
}
