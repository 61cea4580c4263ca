import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Caller } from '../auth/caller.ts';
import type { Route } from '../route.ts';

/** What is found out about a request on its way through the app. */
export interface RequestState {
  /** Undefined until it is known, and for what no route serves. */
  route?: Route;
  /** Undefined until somebody has signed in, or nobody has to. */
  caller?: Caller;
  /** Why it failed; `ref` is that of the error log. */
  failure?: { readonly type: string; readonly ref: string };
  /** What became of it, where the status does not tell. */
  note?: string;
}

/** One request that has ended: what an access log or a metric needs. */
export interface RequestEnd {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** The template of the route, `/runs/:id`; undefined where no route serves the request. */
  readonly route: string | undefined;
  readonly operation: string | undefined;
  /** Id of the caller; undefined where the request ended before anybody was known. */
  readonly caller: string | undefined;
  /** 499 when the caller left before any answer. */
  readonly status: number;
  /** Code and `ref` of the failure that was answered. */
  readonly failure: { readonly type: string; readonly ref: string } | undefined;
  /** What became of it, where the status does not tell: `dropped: when`. */
  readonly note?: string;
  /** When it came, in milliseconds since 1970. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** The whole answer was sent; false when the caller left, or was cut off. */
  readonly isComplete: boolean;
}

/** Receives every request that has ended, streams included; what it throws is ignored. */
export type OnRequest = (end: RequestEnd) => void;

/** Tells `onRequest` when the answer of a request is out, or its connection is gone. */
export function watchRequest(
  request: IncomingMessage,
  response: ServerResponse,
  state: RequestState,
  onRequest: OnRequest,
): void {
  const startedAt = Date.now();
  const before = performance.now();
  const { method = '', url = '' } = request;
  response.once('close', () => {
    try {
      onRequest({
        method,
        path: url.split('?')[0] ?? '',
        route: state.route?.path,
        operation: state.route?.operation,
        caller: state.caller?.id,
        status: response.headersSent ? response.statusCode : 499,
        failure: state.failure,
        ...(state.note === undefined ? {} : { note: state.note }),
        startedAt,
        durationMs: performance.now() - before,
        isComplete: response.writableFinished,
      });
    } catch {
      // Whoever counts requests must not break them.
    }
  });
}
