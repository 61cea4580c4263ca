import type { EngineEvent } from '../core/event.ts';
import { Problem } from '../core/problem.ts';
import { readEvents, type StreamState } from './events.ts';
import { failure, pathOf, type Transport } from './request.ts';
import type { CallOptions, Client } from './types.ts';

/** Connections in a row that may fail before a stream gives up. */
const maxFailures = 8;

/** Longest wait before connecting again, in milliseconds. */
const maxWaitMs = 15_000;

/** The `runs` part of a client. */
export function createRuns(transport: Transport): Client['runs'] {
  return {
    get: (runId, { signal } = {}) => transport.json({ method: 'GET', path: `/runs${pathOf(runId)}`, signal }),
    list: ({ state, ...filter } = {}, { signal } = {}) =>
      transport.json({
        method: 'GET',
        path: '/runs',
        query: { ...filter, state: state === undefined ? undefined : [state].flat().join(',') },
        signal,
      }),
    events: (runId, { after, limit, types, signal } = {}) =>
      transport.json({
        method: 'GET',
        path: `/runs${pathOf(runId)}/events`,
        query: { after, limit, types: types?.join(',') },
        signal,
      }),
    stream: (runId, options) => streamRun(transport, runId, options),
    async cancel(runId, { signal } = {}) {
      const answer = await transport.json<{ cancelled: boolean }>({
        method: 'POST',
        path: `/runs${pathOf(runId)}/cancel`,
        signal,
      });
      return answer.cancelled;
    },
  };
}

/**
 * Events of a run after an index until `run_end`. A connection that breaks is opened again after the last stored event seen;
 * after eight failures in a row the Problem is thrown.
 */
export async function* streamRun(
  transport: Transport,
  runId: string,
  { after = 0, signal }: CallOptions & { readonly after?: number } = {},
): AsyncGenerator<EngineEvent> {
  const path = `/runs${pathOf(runId)}/stream`;
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
        if (event.type === 'run_end') return;
      }
      failures += 1;
      if (failures >= maxFailures)
        throw new Problem('server_unreachable', `the stream of run "${runId}" keeps ending early`);
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
