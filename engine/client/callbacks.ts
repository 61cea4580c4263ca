import { allOf } from './pages.ts';
import { pathOf } from './paths.ts';
import { listed, type Transport } from './request.ts';
import type { ClientCallbacks } from './types/callbacks.ts';

/** The `callbacks` part of a client. */
export function createCallbacks(transport: Transport): ClientCallbacks {
  const callbacks: ClientCallbacks = {
    list: ({ state, ...filter } = {}, call) =>
      transport.json({
        ...{ method: 'GET', path: '/callbacks', has: 'callbacks', ...call },
        query: { ...filter, state: listed(state) },
      }),
    all: (filter, call) =>
      allOf('callbacks', (before) =>
        callbacks.list({ ...filter, ...(before === undefined ? {} : { before }) }, call),
      ),
    get: async (id, call) =>
      transport.json({ method: 'GET', path: `/callbacks${pathOf(id)}`, has: 'id', ...call }),
    redeliver: async (id, call) =>
      transport.json({ method: 'POST', path: `/callbacks${pathOf(id)}/redeliver`, has: 'id', ...call }),
  };
  return callbacks;
}
