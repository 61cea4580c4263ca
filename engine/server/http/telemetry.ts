import { monitorEventLoopDelay } from 'node:perf_hooks';
import type Koa from 'koa';
import type { Telemetry } from '../../ports/telemetry.ts';
import { instruments } from '../../telemetry/instruments.ts';
import type { Bounds } from '../bounds/bounds.ts';
import type { Context } from './context.ts';
import type { OnRequest, RequestEnd } from './request-end.ts';

/** What a server tells of itself. */
export interface ServerTelemetry {
  /** Goes in front of everything else. */
  readonly middleware: Koa.Middleware;
  readonly onRequest: OnRequest;
  /** Nothing is looked at any more. */
  close(): void;
}

/** Measures the requests of a server, of which `also` is told too, and makes a span of each where there are traces. */
export function observeServer(
  { meters, tracing }: Telemetry,
  bounds: Bounds,
  also: OnRequest | undefined,
): ServerTelemetry {
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  let active = 0;
  const stops = [
    meters.watch(instruments.openRequests, () => [{ value: active }]),
    meters.watch(instruments.openConnections, () => [{ value: bounds.connections.held }]),
    meters.watch(instruments.memory, () => [{ value: process.memoryUsage.rss() }]),
    meters.watch(instruments.eventLoopDelay, () => {
      const value = delay.percentile(99) / 1e9;
      delay.reset();
      return [{ value: Number.isFinite(value) ? value : 0 }];
    }),
  ];
  return {
    middleware(context, next) {
      const { req, res } = context;
      active += 1;
      const trace = tracing?.request({
        method: methodOf(req.method),
        path: (req.url ?? '').split('?')[0] ?? '',
        scheme: bounds.peerOf(req).protocol,
        headers: req.headers,
      });
      res.once('close', () => {
        active -= 1;
        const { route, failure } = (context as Context).state;
        trace?.end({
          route: route?.path,
          status: res.headersSent ? res.statusCode : 499,
          ...(failure === undefined ? {} : { error: failure.type }),
        });
      });
      return trace === undefined ? next() : trace.within(next);
    },
    onRequest(end) {
      meters.record(instruments.requestDuration, end.durationMs / 1000, labelsOf(end));
      also?.(end);
    },
    close() {
      delay.disable();
      for (const stop of stops) stop();
    },
  };
}

function labelsOf({ method, route, status, failure }: RequestEnd): Record<string, string> {
  return {
    'http.request.method': methodOf(method),
    'http.route': route ?? '',
    'http.response.status_code': String(status),
    ...(status >= 500 ? { 'error.type': failure?.type ?? String(status) } : {}),
  };
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** A method as it may be a label: callers can write any. */
function methodOf(method: string | undefined): string {
  return methods.includes(method ?? '') ? (method ?? '') : '_OTHER';
}
