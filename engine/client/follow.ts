import type { EngineEvent } from '../core/event.ts';
import { Problem } from '../core/problem.ts';
import { createAttempt } from './attempt.ts';
import { backoffMs, maxFailures, pause } from './backoff.ts';
import { createDeadline } from './deadline.ts';
import { readEvents, type StreamState } from './events.ts';
import { failure } from './problem.ts';
import { startHeaders, type Transport } from './request.ts';
import type { StartOptions, StreamOptions } from './types/options.ts';

/** What to follow, and from where. */
export interface Following {
  /** Where its events are streamed. */
  readonly path: string;
  /** Its name in messages. */
  readonly what: string;
  /** Its last event. */
  readonly last: EngineEvent['type'];
  /** Whether to wait for the failure that may come behind the last event, and throw it. */
  readonly throwsFailure?: true;
  /** An answer with its events that is open already. */
  readonly opened?: Response;
}

/**
 * Events of an execution after an index until its last one. A connection that breaks or falls silent is opened again after the last
 * stored event seen; after eight failures in a row the Problem is thrown.
 */
export async function* streamEvents(
  transport: Transport,
  following: Following,
  { after = 0, signal, timeoutMs }: StreamOptions = {},
): AsyncGenerator<EngineEvent> {
  const deadline = createDeadline(timeoutMs, signal);
  try {
    yield* eventsUntilEnd(transport, following, after, deadline.signal);
  } finally {
    deadline.end();
  }
}

/**
 * Starts work, and gives its events until the last one. Throws what the server refuses with.
 * @param following what is followed, by the answer that it begins with.
 */
export async function* startStream(
  transport: Transport,
  path: string,
  body: unknown,
  { signal, timeoutMs, ...start }: StartOptions,
  following: (opened: Response) => Following,
): AsyncGenerator<EngineEvent> {
  const deadline = createDeadline(timeoutMs, signal);
  try {
    const opened = await transport.open({
      ...{ method: 'POST', path, body, signal: deadline.signal },
      headers: { accept: 'text/event-stream', ...startHeaders(start) },
    });
    yield* eventsUntilEnd(transport, following(opened), 0, deadline.signal);
  } finally {
    deadline.end();
  }
}

async function* eventsUntilEnd(
  transport: Transport,
  { path, what, last, throwsFailure, opened }: Following,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<EngineEvent> {
  const state: StreamState = { retryMs: undefined };
  let seen = after;
  let failures = 0;
  let answer = opened;
  let ended = false;
  /** Whether it was ever answered: a token that is missing from the start is missed at once, one that ends may come back. */
  let begun = opened !== undefined;
  for (;;) {
    let waitMs: number;
    const attempt = createAttempt(signal);
    try {
      const headers = { accept: 'text/event-stream', 'last-event-id': String(seen) };
      const request = { method: 'GET', path, headers, signal: attempt.signal, once: true } as const;
      const response = answer ?? (await transport.open(request));
      answer = undefined;
      begun = true;
      if (response.status === 204) return;
      for await (const event of readEvents(response, transport.silenceMs, state)) {
        failures = 0;
        if (event.index > 0) {
          if (event.index <= seen) continue;
          seen = event.index;
        }
        yield event;
        ended = event.type === last;
        if (ended && throwsFailure === undefined) return;
      }
      if (ended) return;
      throw new Problem('server_unreachable', `the stream of ${what} keeps ending early`);
    } catch (thrown) {
      const problem = failure(transport.baseUrl + path, thrown, signal);
      if (ended && !('ref' in problem)) return;
      failures += 1;
      const isFinal = !problem.retryable || (!begun && problem.code === 'unauthorized');
      if (ended || signal.aborted || isFinal || failures >= maxFailures) throw problem;
      waitMs = Math.max(backoffMs(failures, state.retryMs), problem.retryAfterMs ?? 0);
    } finally {
      attempt.end();
    }
    await pause(waitMs, signal);
  }
}
