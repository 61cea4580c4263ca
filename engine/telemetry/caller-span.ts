import type { SpanContext } from '@opentelemetry/api';
import type { NewExecution } from '../ports/durable.ts';
import type { OpenSpan, OpenSpans } from './open-spans.ts';

/**
 * The open span of an execution that asks for more work: that of the step or tool call, which the idempotency key names, or the
 * innermost one around it; undefined when no execution asks.
 */
export function callerSpan(
  open: OpenSpans,
  { parent, idempotencyKey = '' }: Pick<NewExecution, 'parent' | 'idempotencyKey'>,
): SpanContext | undefined {
  const slash = idempotencyKey.indexOf('/');
  const spans = open.get(parent ?? (slash < 0 ? '' : idempotencyKey.slice(0, slash)));
  if (spans === undefined) return undefined;
  let best: OpenSpan | undefined;
  let length = -1;
  for (const one of spans.open.values()) {
    const fit = fitOf(one.marks, idempotencyKey);
    if (fit > length) [best, length] = [one, fit];
  }
  return best?.span.spanContext() ?? spans.first;
}

/** How much of a key marks are; -1 when one of them is not in it. */
function fitOf(marks: readonly string[], key: string): number {
  let length = 0;
  for (const mark of marks) {
    if (mark !== '' && !key.includes(mark)) return -1;
    length += mark.length;
  }
  return length;
}
