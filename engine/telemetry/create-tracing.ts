import {
  context as contexts,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
  type SpanContext,
  type TracerProvider,
} from '@opentelemetry/api';
import { workflowOfRun } from '../core/ids.ts';
import type { EngineEvent } from '../core/event.ts';
import type { TracePlace, Tracing } from '../ports/telemetry.ts';
import { callerSpan } from './caller-span.ts';
import { createRequests } from './http-spans.ts';
import { createOutgoing } from './outgoing.ts';
import { createOpenSpans, type ExecutionSpans } from './open-spans.ts';
import { endingOf, factsOf, resumedRun, type SpanFacts } from './span-facts.ts';
import { around, runKey, spanKey } from './span-keys.ts';
import { momentOf } from './span-moments.ts';
import { readPlace, writePlace } from './trace-place.ts';

/** How traces are made. */
export interface TracingOptions {
  readonly provider: TracerProvider;
  readonly version: string;
  /** Whether spans hold what people, models and tools said. */
  readonly content: boolean;
  /** Spans of an execution that nothing was heard of for this long end; when it goes on, new ones begin. */
  readonly idleMs: number;
  /** Most executions that spans are held open for. */
  readonly maxOpen: number;
  /** Hosts that are sent trace headers. */
  readonly propagate: readonly string[];
}

/** Most open spans of one execution; what begins above that has no span of its own. */
const maxSpans = 5_000;

/** Makes spans of events. */
export function createTracing(options: TracingOptions): Tracing {
  const { provider, version, content, idleMs, maxOpen } = options;
  const tracer = provider.getTracer('flue-engine', version);
  const open = createOpenSpans(maxOpen, (spans) => cut(spans));
  const requests = createRequests(tracer);
  const sends = createOutgoing(options.propagate);
  const tidying = setInterval(
    () => {
      for (const spans of open.idle(performance.now() - idleMs)) cut(spans);
    },
    Math.min(idleMs, 30_000),
  );
  tidying.unref();

  const known = (id: string): ExecutionSpans => {
    const found = open.get(id);
    if (found !== undefined) return found;
    return enter(id, undefined, undefined);
  };
  const enter = (
    id: string,
    asked: SpanContext | undefined,
    first: SpanContext | undefined,
  ): ExecutionSpans => {
    const spans: ExecutionSpans = {
      ...{ id, asked, first, keep: undefined, isResumed: first !== undefined },
      ...{ open: new Map(), standIns: new Map(), last: performance.now() },
    };
    open.set(spans);
    return spans;
  };
  const start = (spans: ExecutionSpans, key: string, facts: SpanFacts, above: Context | undefined): Span => {
    const { asked, first } = spans;
    const parent = above ?? inside(asked ?? first);
    const isTop = above === undefined;
    const span = tracer.startSpan(
      facts.name,
      {
        kind: facts.kind,
        attributes: facts.attributes,
        ...(isTop && first !== undefined ? { links: [{ context: first }] } : {}),
      },
      parent,
    );
    if (isTop && first === undefined) {
      spans.first = span.spanContext();
      spans.keep?.(spans.first);
    }
    const marks = key === runKey ? [] : key.split(' ').slice(1);
    sends?.enter(span);
    spans.open.set(key, { span, context: trace.setSpan(parent, span), marks });
    return span;
  };
  /** The span that an event stands in; a run that goes on gets one anew. */
  const parentOf = (spans: ExecutionSpans, event: EngineEvent): Context | undefined => {
    for (const key of around(event)) {
      const found = spans.open.get(key)?.context ?? spans.standIns.get(key);
      if (found !== undefined) return found;
    }
    const workflow = event.type === 'run_start' ? undefined : workflowOfRun(event.executionId);
    if (workflow === undefined) return undefined;
    start(spans, runKey, resumedRun(workflow, event.executionId), undefined);
    return spans.open.get(runKey)?.context;
  };
  const begin = (event: EngineEvent, key: string, facts: SpanFacts): void => {
    const spans = known(event.executionId);
    open.heard(spans);
    // Work that an earlier process left at this place begins again.
    endSpan(spans, key, { 'engine.cut': true });
    if (spans.open.size >= maxSpans) return;
    start(spans, key, facts, parentOf(spans, event));
  };
  const end = (event: EngineEvent, key: string): void => {
    const spans = open.get(event.executionId);
    if (spans === undefined) return;
    const error = failureOf(event);
    endSpan(spans, key, endingOf(event, content), error, content);
    if (event.type !== 'run_end' && event.type !== 'submission_end') return;
    for (const left of [...spans.open.keys()]) endSpan(spans, left, { 'engine.cut': true });
    open.remove(spans.id);
  };

  function cut(spans: ExecutionSpans): void {
    for (const key of [...spans.open.keys()].reverse()) endSpan(spans, key, { 'engine.cut': true });
    spans.isResumed = true;
  }

  const observe = (event: EngineEvent): void => {
    const { type } = event;
    if (type.endsWith('_delta') || type === 'progress') {
      const spans = open.get(event.executionId);
      if (spans !== undefined) open.heard(spans);
      return;
    }
    const key = spanKey(event);
    const facts = factsOf(event, content);
    if (key !== undefined && facts !== undefined) return begin(event, key, facts);
    if (type === 'task_start' && key !== undefined) {
      const spans = known(event.executionId);
      const parent = parentOf(spans, event);
      if (parent !== undefined) spans.standIns.set(key, parent);
    } else if (type === 'task_end' && key !== undefined) open.get(event.executionId)?.standIns.delete(key);
    else if (type === 'submission_end' || key !== undefined) return end(event, key ?? '');
    if (type === 'run_resume') parentOf(known(event.executionId), event);
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
        enter(work.id, here, undefined);
        return writePlace(here);
      }),
    begins: (id, { asked, first }, keep) =>
      quietly(() => {
        const seen = open.get(id);
        const spans = seen ?? enter(id, asked && readPlace(asked), first && readPlace(first));
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
        quietly(() => cut(spans));
        open.remove(spans.id);
      }
    },
  };
}

function inside(parent: SpanContext | undefined): Context {
  return parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
}

interface Failure {
  readonly type: string;
  readonly message: string;
}

/** Why what an event ends had no success. */
function failureOf(event: EngineEvent): Failure | undefined {
  switch (event.type) {
    case 'run_end':
    case 'step_end':
    case 'operation_end':
    case 'turn_end':
    case 'compaction_end':
      if (event.data.error !== undefined) return event.data.error;
      if (event.type === 'turn_end' && ['failed', 'aborted'].includes(event.data.finish))
        return { type: event.data.finish, message: '' };
      return undefined;
    case 'tool_end':
      if (!event.data.isError) return undefined;
      return { type: event.data.errorType ?? 'tool_failed', message: '' };
    default:
      return undefined;
  }
}

function endSpan(
  spans: ExecutionSpans,
  key: string,
  attributes: Attributes,
  failure?: Failure,
  content = false,
): void {
  const found = spans.open.get(key);
  if (found === undefined) return;
  spans.open.delete(key);
  const { span } = found;
  span.setAttributes(attributes);
  if (failure !== undefined) {
    span.setAttribute('error.type', failure.type);
    // A message may repeat what people and models said.
    span.setStatus({ code: SpanStatusCode.ERROR, message: content ? failure.message : failure.type });
  }
  span.end();
}

function quietly<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    // What is told never harms what is done.
    return undefined;
  }
}
