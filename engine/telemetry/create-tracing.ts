import { context as contexts, trace, type Span, type Tracer, type TracerProvider } from '@opentelemetry/api';
import type { EngineEvent } from '../core/event.ts';
import type { TracePlace, Tracing } from '../ports/telemetry.ts';
import { callerSpan } from './caller-span.ts';
import { createRequests, type Requests } from './http-spans.ts';
import { createOutgoing, type OutgoingTraces } from './outgoing.ts';
import { createOpenSpans } from './open-spans.ts';
import { factsOf } from './span-facts.ts';
import { around, spanKey } from './span-keys.ts';
import { momentOf } from './span-moments.ts';
import { createSpanTree } from './span-tree.ts';
import { readPlace, writePlace } from './trace-place.ts';

/** What the traces of several engines have in common: who asks whom, and what makes their spans. */
export interface SharedTraces {
  readonly tracer: Tracer;
  readonly requests: Requests;
  /** Undefined: nobody is sent trace headers. */
  readonly sends: OutgoingTraces | undefined;
}

/**
 * What makes spans.
 * @param propagate hosts that are sent trace headers.
 */
export function shareTraces(
  provider: TracerProvider,
  version: string,
  propagate: readonly string[],
): SharedTraces {
  const tracer = provider.getTracer('flue-engine', version);
  return { tracer, requests: createRequests(tracer), sends: createOutgoing(propagate) };
}

/** How traces are made. */
export interface TracingOptions {
  /** Whether spans hold what people, models and tools said. */
  readonly content: boolean;
  /** Spans of an execution that nothing was heard of for this long end; when it goes on, new ones begin. */
  readonly idleMs: number;
  /** Most executions that spans are held open for. */
  readonly maxOpen: number;
}

/** Makes spans of the events of one engine. */
export function createTracing(shared: SharedTraces, { content, idleMs, maxOpen }: TracingOptions): Tracing {
  const { tracer, requests, sends } = shared;
  const open = createOpenSpans(maxOpen, (spans) => tree.cut(spans));
  const begun = (span: Span): void => sends?.enter(span);
  const tree = createSpanTree({ tracer, open, content, begun });
  const tidying = setInterval(
    () => {
      for (const spans of open.idle(performance.now() - idleMs)) tree.cut(spans);
    },
    Math.min(idleMs, 30_000),
  );
  tidying.unref();

  const observe = (event: EngineEvent): void => {
    const { type } = event;
    if (type.endsWith('_delta') || type === 'progress') {
      const spans = open.get(event.executionId);
      if (spans !== undefined) open.heard(spans);
      return;
    }
    const key = spanKey(event);
    const facts = factsOf(event, content);
    if (key !== undefined && facts !== undefined) return tree.begin(event, key, facts);
    if (type === 'task_start' && key !== undefined) {
      const spans = tree.of(event.executionId);
      const parent = tree.parentOf(spans, event);
      if (parent !== undefined) spans.standIns.set(key, parent);
    } else if (type === 'task_end' && key !== undefined) open.get(event.executionId)?.standIns.delete(key);
    else if (type === 'submission_end' || key !== undefined) return tree.end(event, key ?? '');
    if (type === 'run_resume') tree.parentOf(tree.of(event.executionId), event);
    const moment = momentOf(event, content);
    const spans = open.get(event.executionId);
    if (moment === undefined || spans === undefined) return;
    for (const place of around(event)) {
      const found = spans.open.get(place);
      if (found === undefined) continue;
      found.span.addEvent(moment.name, moment.attributes);
      return;
    }
  };

  return {
    observe: (event) => void quietly(() => observe(event)),
    asked: (work) =>
      quietly((): TracePlace | undefined => {
        const caller = callerSpan(open, work);
        const here = caller ?? trace.getSpanContext(requests.active() ?? contexts.active());
        if (here === undefined) return undefined;
        tree.enter(work.id, { asked: here, first: undefined });
        return writePlace(here);
      }),
    begins: (id, { asked, first }, keep) =>
      quietly(() => {
        const seen = open.get(id);
        const places = { asked: asked && readPlace(asked), first: first && readPlace(first) };
        const spans = seen ?? tree.enter(id, places);
        spans.keep = (one) => keep(writePlace(one));
      }),
    request: requests.begin,
    ...(sends === undefined ? {} : { outgoing: sends.headers }),
    spanOf: ({ executionId }) =>
      quietly(() => {
        const spans = open.get(executionId);
        const innermost =
          spans === undefined ? undefined : [...spans.open.values()].at(-1)?.span.spanContext();
        const found = innermost ?? spans?.first;
        return found === undefined ? undefined : { traceId: found.traceId, spanId: found.spanId };
      }),
    async close() {
      clearInterval(tidying);
      for (const spans of open.all()) {
        quietly(() => tree.cut(spans));
        open.remove(spans.id);
      }
    },
  };
}

function quietly<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    // What is told never harms what is done.
    return undefined;
  }
}
