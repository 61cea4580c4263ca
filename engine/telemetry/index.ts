export { createTelemetry, type TelemetryOptions } from './create-telemetry.ts';
export type { InstrumentSpec, Labels, Measured, Meters, Series } from '../ports/meters.ts';
export type { Telemetry } from '../ports/telemetry.ts';
