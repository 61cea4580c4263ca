import type { EngineEvent } from '../core/event.ts';
import type { NewExecution } from './durable.ts';
import type { Meters } from './meters.ts';

/** A place in a trace as W3C writes it, so that it can be sent and stored. */
export interface TracePlace {
  readonly traceparent: string;
  readonly tracestate?: string;
}

/** What is stored of the traces of one execution. */
export interface KeptTrace {
  /** Where it was asked for. */
  readonly asked?: TracePlace;
  /** Its first span. */
  readonly first?: TracePlace;
}

/** Headers for a request to an address: where it stands in a trace, if the receiver may know. */
export type Outgoing = (url: URL) => Readonly<Record<string, string>>;

/** A request to a server, when it arrives. */
export interface TracedRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly scheme: 'http' | 'https';
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** A request being answered. */
export interface RequestTrace {
  /** Runs what answers it: work that is asked for in there belongs to its trace. */
  within<T>(work: () => T): T;
  /** It is answered, or its caller is gone. */
  end(answer: { readonly route: string | undefined; readonly status: number; readonly error?: string }): void;
}

/** Ids of a span, in hexadecimal digits. */
export interface SpanIds {
  readonly traceId: string;
  readonly spanId: string;
}

/**
 * Makes traces of what happens. Contract: no method throws or waits for anything but `close`; what is held in memory is bounded
 * however much work never ends.
 */
export interface Tracing {
  /** Receives every event when it is emitted, live ones included, without secrets. */
  observe(event: EngineEvent): void;
  /** Where work that is asked for now stands in a trace, to be stored with it; undefined: in none. */
  asked(work: Pick<NewExecution, 'id' | 'parent' | 'idempotencyKey'>): TracePlace | undefined;
  /** Work begins, or goes on, in this process. `keep` is told its first span when it has none yet. */
  begins(executionId: string, kept: KeptTrace, keep: (first: TracePlace) => void): void;
  /** A request arrives at a server. */
  request(request: TracedRequest): RequestTrace;
  /** The innermost open span of an event's place; undefined when there is none. */
  spanOf(event: Pick<EngineEvent, 'executionId'>): SpanIds | undefined;
  /** Headers for requests from the work that asks now; absent: nobody is sent any. */
  readonly outgoing?: Outgoing;
  /** Ends open spans, and sends what is left where this holds the exporter. Never rejects; takes at most some seconds. */
  close(): Promise<void>;
}

/** What an engine tells of itself, besides its events. */
export interface Telemetry {
  readonly meters: Meters;
  /** Absent: no traces. */
  readonly tracing?: Tracing;
  /**
   * The same for one engine of several: closing it ends the spans of that engine, and of no other. Absent: it is for one engine alone,
   * which closes it.
   */
  share?(): Telemetry;
  close(): Promise<void>;
}
