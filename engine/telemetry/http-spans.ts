import { AsyncLocalStorage } from 'node:async_hooks';
import {
  context as contexts,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Tracer,
} from '@opentelemetry/api';
import type { RequestTrace, TracedRequest } from '../ports/telemetry.ts';
import { readPlace } from './trace-place.ts';

/** Spans of requests to servers. */
export interface Requests {
  begin(request: TracedRequest): RequestTrace;
  /** The request in which this is called. */
  active(): Context | undefined;
}

/** Spans of requests, in the traces of their callers. */
export function createRequests(tracer: Tracer): Requests {
  const current = new AsyncLocalStorage<Context>();
  return {
    active: () => current.getStore(),
    begin({ method, path, scheme, headers }) {
      const caller = readPlace(placeIn(headers));
      // Another instrumentation may have made a span of this request already.
      const around = contexts.active();
      const parent =
        trace.getSpan(around) !== undefined || caller === undefined
          ? around
          : trace.setSpanContext(around, caller);
      const span = tracer.startSpan(
        method,
        {
          kind: SpanKind.SERVER,
          attributes: { 'http.request.method': method, 'url.path': path, 'url.scheme': scheme },
        },
        parent,
      );
      const context = trace.setSpan(parent, span);
      let ended = false;
      return {
        within: (work) => current.run(context, work),
        end({ route, status, error }) {
          if (ended) return;
          ended = true;
          if (route !== undefined) span.updateName(`${method} ${route}`).setAttribute('http.route', route);
          span.setAttribute('http.response.status_code', status);
          if (status >= 500) {
            span.setAttribute('error.type', error ?? String(status));
            span.setStatus({ code: SpanStatusCode.ERROR });
          }
          span.end();
        },
      };
    },
  };
}

function placeIn(headers: TracedRequest['headers']): { traceparent?: string; tracestate?: string } {
  const { traceparent, tracestate } = headers;
  return {
    ...(typeof traceparent === 'string' ? { traceparent } : {}),
    ...(typeof tracestate === 'string' ? { tracestate } : {}),
  };
}
