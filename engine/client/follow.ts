import type { EngineEvent } from '../core/event.ts';
import { Problem } from '../core/problem.ts';
import { readEvents, type StreamState } from './events.ts';
import { failure, type Transport } from './request.ts';
import type { CallOptions } from './types.ts';

/** Connections in a row that may fail before a stream gives up. */
const maxFailures = 8;

/** Longest wait before connecting again, in milliseconds. */
const maxWaitMs = 15_000;

/**
 * Events of an execution after an index until its last one. A connection that breaks is opened again after the last stored event seen;
 * after eight failures in a row the Problem is thrown.
 */
export async function* streamEvents(
  transport: Transport,
  { path, what, last }: { readonly path: string; readonly what: string; readonly last: EngineEvent['type'] },
  { after = 0, signal }: CallOptions & { readonly after?: number } = {},
): AsyncGenerator<EngineEvent> {
  const state: StreamState = { retryMs: undefined };
  let seen = after;
  let failures = 0;
  for (;;) {
    try {
      const headers = { accept: 'text/event-stream', 'last-event-id': String(seen) };
      const response = await transport.open({ method: 'GET', path, headers, signal });
      if (response.status === 204) return;
      for await (const event of readEvents(response, state)) {
        failures = 0;
        if (event.index > 0) seen = event.index;
        yield event;
        if (event.type === last) return;
      }
      failures += 1;
      if (failures >= maxFailures)
        throw new Problem('server_unreachable', `the stream of ${what} keeps ending early`);
    } catch (thrown) {
      const problem = failure(transport.baseUrl + path, thrown, signal);
      failures += 1;
      if (!problem.retryable || failures >= maxFailures) throw problem;
    }
    await wait(Math.min((state.retryMs ?? 1_000) * 2 ** Math.max(0, failures - 1), maxWaitMs), signal);
  }
}

function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    if (signal?.aborted === true) done();
    signal?.addEventListener('abort', done);
  });
}
