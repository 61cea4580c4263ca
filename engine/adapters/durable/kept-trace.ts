import { isObject, type Json } from '../../core/json.ts';
import type { NewExecution } from '../../ports/durable.ts';
import type { FirstRecords } from '../../ports/store.ts';
import type { TracePlace, Tracing } from '../../ports/telemetry.ts';
import type { Entry } from './entry.ts';

/** Keys of the records of where work was asked for, and of its first span. */
const askedKey = '?trace';
const firstKey = '?span';

/** Whether a record says where work stands in its trace, which is another one when it is done again. */
export function isOfTrace(key: string): boolean {
  return key === askedKey || key === firstKey;
}

/** What is stored together with work so that it is found in the trace of who asked for it, after a restart too. */
export function traceRecords(
  tracing: Pick<Tracing, 'asked'> | undefined,
  request: NewExecution,
): FirstRecords {
  const place = tracing?.asked(request);
  return place === undefined ? [] : [[askedKey, { ...place }]];
}

/** Tells that an entry begins or goes on, and keeps its first span. */
export function beginTrace(tracing: Pick<Tracing, 'begins'>, { execution, before, log }: Entry): void {
  const asked = placeIn(before.records.get(askedKey));
  const first = placeIn(before.records.get(firstKey));
  tracing.begins(
    execution.id,
    { ...(asked === undefined ? {} : { asked }), ...(first === undefined ? {} : { first }) },
    (place) => {
      log.checkpoint(firstKey, { ...place }, { isUrgent: false }).catch(() => undefined);
    },
  );
}

function placeIn(value: Json | undefined): TracePlace | undefined {
  if (!isObject(value) || typeof value['traceparent'] !== 'string') return undefined;
  const { traceparent, tracestate } = value;
  return { traceparent, ...(typeof tracestate === 'string' ? { tracestate } : {}) };
}
