import { createTraceState, isSpanContextValid, type SpanContext } from '@opentelemetry/api';
import type { TracePlace } from '../ports/telemetry.ts';

/** Longest `tracestate` that is taken. */
const maxState = 512;

/** The place that headers tell; undefined when there is none, or it is not written as W3C wants. */
export function readPlace({ traceparent, tracestate }: Partial<TracePlace>): SpanContext | undefined {
  const found = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/.exec(
    traceparent?.trim() ?? '',
  );
  if (found === null) return undefined;
  const [, version, traceId = '', spanId = '', flags = '', more] = found;
  // A later version may say more; this one may not, and ff is none.
  if (version === 'ff' || (version === '00' && more !== undefined)) return undefined;
  const context: SpanContext = {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & 1,
    isRemote: true,
    ...(tracestate === undefined || tracestate.length > maxState
      ? {}
      : { traceState: createTraceState(tracestate) }),
  };
  return isSpanContextValid(context) ? context : undefined;
}

/** How a place is sent and stored. */
export function writePlace({ traceId, spanId, traceFlags, traceState }: SpanContext): TracePlace {
  const tracestate = traceState?.serialize();
  return {
    traceparent: `00-${traceId}-${spanId}-${(traceFlags & 1).toString(16).padStart(2, '0')}`,
    ...(tracestate === undefined || tracestate === '' ? {} : { tracestate }),
  };
}
