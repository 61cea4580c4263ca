import type { Context, Span, SpanContext } from '@opentelemetry/api';

/** A span that has not ended. */
export interface OpenSpan {
  readonly span: Span;
  /** In which spans below it begin. */
  readonly context: Context;
  /** What the idempotency key of work contains that is asked for in it. */
  readonly marks: readonly string[];
}

/** What is known of the spans of one execution in this process. */
export interface ExecutionSpans {
  readonly id: string;
  /** Where it was asked for. */
  readonly asked: SpanContext | undefined;
  /** Its first span, in this process or an earlier one. */
  first: SpanContext | undefined;
  /** Told its first span, once. */
  keep: ((first: SpanContext) => void) | undefined;
  /** Whether an earlier process, or an earlier time in this one, was at work on it. */
  isResumed: boolean;
  readonly open: Map<string, OpenSpan>;
  /** Where spans below a task belong that has no span of its own. */
  readonly standIns: Map<string, Context>;
  /** When it was last heard of, in milliseconds that only grow. */
  last: number;
}

/** Executions that spans are open for, the one heard of last at the end. */
export interface OpenSpans {
  get(id: string): ExecutionSpans | undefined;
  /** Adds or replaces one; what is too much goes, the one least heard of first. */
  set(spans: ExecutionSpans): void;
  heard(spans: ExecutionSpans): void;
  remove(id: string): void;
  /** Those not heard of since a time. */
  idle(since: number): readonly ExecutionSpans[];
  all(): readonly ExecutionSpans[];
}

/**
 * No executions yet.
 * @param most how many are held at a time.
 * @param drop ends the spans of one that is held no longer.
 */
export function createOpenSpans(most: number, drop: (spans: ExecutionSpans) => void): OpenSpans {
  const executions = new Map<string, ExecutionSpans>();
  const put = (spans: ExecutionSpans): void => {
    executions.delete(spans.id);
    executions.set(spans.id, spans);
  };
  return {
    get: (id) => executions.get(id),
    set(spans) {
      put(spans);
      for (const oldest of executions.values()) {
        if (executions.size <= most) break;
        executions.delete(oldest.id);
        drop(oldest);
      }
    },
    heard(spans) {
      const now = performance.now();
      // Order matters to the second only, and moving costs more than the rest.
      if (now - spans.last < 1000) return;
      spans.last = now;
      put(spans);
    },
    remove: (id) => void executions.delete(id),
    idle(since) {
      const found: ExecutionSpans[] = [];
      for (const spans of executions.values()) {
        if (spans.last >= since) break;
        found.push(spans);
      }
      return found;
    },
    all: () => [...executions.values()],
  };
}
