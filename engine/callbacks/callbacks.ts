import type { EngineCallbacks } from '../api/callbacks.ts';
import { Problem } from '../core/problem.ts';
import { refuseUnknown } from '../core/refuse-unknown.ts';
import { choices } from '../core/suggest.ts';
import type { SessionPorts } from '../session/index.ts';
import type { Backlog } from './backlog.ts';
import type { Courier } from './courier.ts';
import { deliveriesOf } from './deliveries.ts';
import { detailsOf, recordOf, type Delivery } from './delivery.ts';
import { inTurn } from './in-turn.ts';
import { listDeliveries } from './list.ts';
import { namespaces, replace } from './places.ts';
import { checkTarget } from './target.ts';

/** What an engine's callers ask of its callbacks. */
export function createCallbacks(
  ports: Pick<SessionPorts, 'store' | 'clock' | 'now'>,
  courier: Courier,
  backlog: Pick<Backlog, 'added'>,
): EngineCallbacks {
  const { store, clock } = ports;
  const { documents } = store;

  return {
    check() {
      const on = ports.now();
      for (const callback of Object.values(on.program.settings.callbacks)) checkTarget(callback, on);
    },

    async list(filter = {}) {
      const { callback } = filter;
      const found = await listDeliveries(documents, filter);
      if (callback !== undefined && found.length === 0)
        await refuseUnknown(
          'callback',
          callback,
          Object.keys(ports.now().program.settings.callbacks),
          async () => (await listDeliveries(documents, { callback, limit: 1 })).length > 0,
        );
      return found.map((one) => recordOf(one, courier.hindrance(one.callback)));
    },

    async get(id) {
      const delivery = await read(id);
      const body = await documents.get(namespaces.bodies, id);
      return detailsOf(
        delivery,
        typeof body === 'string' ? body : undefined,
        courier.hindrance(delivery.callback),
      );
    },

    redeliver: (id) =>
      inTurn(store, async () => {
        const delivery = await read(id);
        const { callbacks } = ports.now().program.settings;
        if (!Object.hasOwn(callbacks, delivery.callback))
          throw new Problem(
            'not_found',
            `the project has no callback "${delivery.callback}" any more${choices(delivery.callback, Object.keys(callbacks))}`,
          );
        if (courier.isSending(delivery)) throw new Problem('conflict', `"${id}" is being delivered`);
        if (delivery.state === 'queued') {
          courier.wake(delivery.callback);
          return recordOf(delivery);
        }
        const { endedAt: _, ...rest } = delivery;
        const again: Delivery = { ...rest, state: 'queued', dueAt: clock.now(), tries: 0 };
        await replace(documents, delivery, again);
        if (delivery.dueAt === undefined) backlog.added(again.callback);
        courier.wake(again.callback);
        return recordOf(again);
      }),
  };

  async function read(id: string): Promise<Delivery> {
    const [found] = await deliveriesOf(documents, [id]);
    if (found !== undefined) return found;
    throw new Problem('not_found', `no delivery "${id}"; GET /callbacks and "engine callbacks" list them`);
  }
}
