import {
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
  type SpanContext,
  type Tracer,
} from '@opentelemetry/api';
import type { EngineEvent } from '../core/event.ts';
import { workflowOfRun } from '../core/ids.ts';
import type { ExecutionSpans, OpenSpans } from './open-spans.ts';
import { endingOf, resumedRun, type SpanFacts } from './span-facts.ts';
import { around, runKey } from './span-keys.ts';

/** Where an execution was asked for, and its first span. */
type Places = Pick<ExecutionSpans, 'asked' | 'first'>;

/** The spans of executions, each below the one that its event stands in. */
export interface SpanTree {
  /** What is known of the spans of an execution. */
  of(id: string): ExecutionSpans;
  /** The same of one that is new here. */
  enter(id: string, places: Places): ExecutionSpans;
  /** The span that an event stands in; a run that goes on gets one anew. */
  parentOf(spans: ExecutionSpans, event: EngineEvent): Context | undefined;
  /** Begins the span of an event. */
  begin(event: EngineEvent, key: string, facts: SpanFacts): void;
  /** Ends the span of an event, and with the last event of an execution all of them. */
  end(event: EngineEvent, key: string): void;
  /** Ends all spans of an execution that may go on. */
  cut(spans: ExecutionSpans): void;
}

/** Most open spans of one execution; what begins above that has no span of its own. */
const maxSpans = 5_000;

/** A tree that makes its spans with a tracer. */
export function createSpanTree({
  tracer,
  open,
  content,
  begun,
}: {
  readonly tracer: Tracer;
  readonly open: OpenSpans;
  /** Whether spans hold what people, models and tools said. */
  readonly content: boolean;
  /** Told each span that begins. */
  readonly begun: (span: Span) => void;
}): SpanTree {
  return { of, enter, parentOf, begin, end, cut };

  function of(id: string): ExecutionSpans {
    return open.get(id) ?? enter(id, { asked: undefined, first: undefined });
  }

  function enter(id: string, { asked, first }: Places): ExecutionSpans {
    const spans: ExecutionSpans = {
      ...{ id, asked, first, keep: undefined, isResumed: first !== undefined },
      ...{ open: new Map(), standIns: new Map(), last: performance.now() },
    };
    open.set(spans);
    return spans;
  }

  function start(spans: ExecutionSpans, key: string, facts: SpanFacts, above: Context | undefined): void {
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
    begun(span);
    spans.open.set(key, { span, context: trace.setSpan(parent, span), marks });
  }

  function parentOf(spans: ExecutionSpans, event: EngineEvent): Context | undefined {
    for (const key of around(event)) {
      const found = spans.open.get(key)?.context ?? spans.standIns.get(key);
      if (found !== undefined) return found;
    }
    const workflow = event.type === 'run_start' ? undefined : workflowOfRun(event.executionId);
    if (workflow === undefined) return undefined;
    start(spans, runKey, resumedRun(workflow, event.executionId), undefined);
    return spans.open.get(runKey)?.context;
  }

  function begin(event: EngineEvent, key: string, facts: SpanFacts): void {
    const spans = of(event.executionId);
    open.heard(spans);
    // Work that an earlier process left at this place begins again.
    endSpan(spans, key, { 'engine.cut': true });
    if (spans.open.size >= maxSpans) return;
    start(spans, key, facts, parentOf(spans, event));
  }

  function end(event: EngineEvent, key: string): void {
    const spans = open.get(event.executionId);
    if (spans === undefined) return;
    const error = failureOf(event);
    endSpan(spans, key, endingOf(event, content), error, content);
    if (event.type !== 'run_end' && event.type !== 'submission_end') return;
    for (const left of [...spans.open.keys()]) endSpan(spans, left, { 'engine.cut': true });
    open.remove(spans.id);
  }

  function cut(spans: ExecutionSpans): void {
    for (const key of [...spans.open.keys()].reverse()) endSpan(spans, key, { 'engine.cut': true });
    spans.isResumed = true;
  }
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
