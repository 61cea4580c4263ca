import type { EngineEvent } from '../core/event.ts';
import type { Json } from '../core/json.ts';
import { streamEvents } from './follow.ts';
import { pathOf, startHeaders, type Transport } from './request.ts';
import type { CallOptions, Client, Receipt } from './types.ts';

/** The `runs` part of a client. */
export function createRuns(transport: Transport): Client['runs'] {
  const act = <T>(
    runId: string,
    what: string,
    body: Json | undefined,
    { signal }: CallOptions = {},
  ): Promise<T> =>
    transport.json({
      method: 'POST',
      path: `/runs${pathOf(runId)}/${what}`,
      ...(body === undefined ? {} : { body }),
      signal,
    });

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
    cancel: async (runId, call) => {
      const { cancelled } = await act<{ cancelled: boolean }>(runId, 'cancel', undefined, call);
      return cancelled;
    },
    async signal(runId, topic, payload = null, { idempotencyKey, signal } = {}) {
      const { accepted } = await transport.json<{ accepted: boolean }>({
        method: 'POST',
        path: `/runs${pathOf(runId)}/signals${pathOf(topic)}`,
        body: payload,
        headers: startHeaders({ ...(idempotencyKey === undefined ? {} : { idempotencyKey }) }),
        signal,
      });
      return accepted;
    },
    redrive: (runId, call) => act<Receipt>(runId, 'redrive', undefined, call),
    resume: (runId, call) => act<Receipt>(runId, 'resume', undefined, call),
    fork: (runId, from, call) => act<Receipt>(runId, 'fork', { from }, call),
    why: (runId, step, { signal } = {}) =>
      transport.json({ method: 'GET', path: `/runs${pathOf(runId)}/why`, query: { step }, signal }),
  };
}

/** Events of a run after an index until `run_end`, of which an answer may be open already. */
export function streamRun(
  transport: Transport,
  runId: string,
  options?: CallOptions & { readonly after?: number },
  opened?: Response,
): AsyncGenerator<EngineEvent> {
  const path = `/runs${pathOf(runId)}/stream`;
  const run = { path, what: `run "${runId}"`, last: 'run_end' as const };
  return streamEvents(transport, opened === undefined ? run : { ...run, opened }, options);
}
