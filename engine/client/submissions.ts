import { streamEvents } from './follow.ts';
import { pathOf, type Transport } from './request.ts';
import type { Client } from './types.ts';

/** The `submissions` part of a client. */
export function createSubmissions(transport: Transport): Client['submissions'] {
  const at = (id: string): string => `/submissions${pathOf(id)}`;
  return {
    list: ({ state, ...filter } = {}, { signal } = {}) =>
      transport.json({
        method: 'GET',
        path: '/submissions',
        query: { ...filter, state: typeof state === 'string' ? state : state?.join(',') },
        signal,
      }),
    get: (id, { signal } = {}) => transport.json({ method: 'GET', path: at(id), signal }),
    events: (id, { after, limit, types, signal } = {}) =>
      transport.json({
        method: 'GET',
        path: `${at(id)}/events`,
        query: { after, limit, types: types?.join(',') },
        signal,
      }),
    stream: (id, options) =>
      streamEvents(
        transport,
        { path: `${at(id)}/stream`, what: `submission "${id}"`, last: 'submission_end' },
        options,
      ),
    async abort(id, { signal } = {}) {
      const path = `${at(id)}/abort`;
      const { aborted } = await transport.json<{ aborted: boolean }>({ method: 'POST', path, signal });
      return aborted;
    },
  };
}
